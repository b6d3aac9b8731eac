"""What of the sandbox's memory is free, and how an operation is kept within it."""

import contextlib
import gc
import resource
from collections.abc import Iterator
from pathlib import Path

from power_worker.memory_limit import memory_limit
from power_worker.outcome import RefusedError

#: Where a control group of version 2, or else 1, counts its memory, and the counters of what
#: cannot be given back: the cache of files can.
_COUNTERS = (
    ("/sys/fs/cgroup/memory.stat", ("anon", "shmem")),
    ("/sys/fs/cgroup/memory/memory.stat", ("total_rss", "total_shmem")),
)
#: Bytes left to everything that is not counted: stacks, tables of pages, the supervisor.
_RESERVE = 96 << 20
#: Bytes that an operation may always take: what it needs besides the data itself.
LEAST = 64 << 20


def free() -> int:
    """Return the bytes that the sandbox may still take, at least LEAST."""
    return max(memory_limit() - _used() - _RESERVE, LEAST)


def _used() -> int:
    for name, counters in _COUNTERS:
        with contextlib.suppress(OSError, KeyError, ValueError):
            counted = dict(line.split() for line in Path(name).read_text().splitlines())
            return sum(int(counted[counter]) for counter in counters)
    return _of_this_process("RssAnon")


def _of_this_process(counter: str) -> int:
    """Return a counter of proc(5)'s status in bytes, 0 where it is not told."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == counter:
            return int(value.split()[0]) << 10
    return 0


@contextlib.contextmanager
def enough(what: str, instead: str) -> Iterator[None]:
    """Refuse an operation that needs more memory than there is; the variables stay."""
    try:
        with _bounded():
            yield
    except MemoryError:
        gc.collect()
        raise RefusedError(
            "out_of_memory",
            f"{what} needs more memory than this session has left "
            f"({free() >> 20} of {memory_limit() >> 20} MiB); its variables are kept",
            instead,
        ) from None


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """Have an allocation fail where the sandbox has no memory for it.

    Otherwise the kernel of the host would kill the process that makes it, with all its variables.
    The bound is on new mappings (setrlimit(2), RLIMIT_DATA), so that small allocations out of
    memory that was freed before may still be too much.
    """
    before = resource.getrlimit(resource.RLIMIT_DATA)
    set_already = [limit for limit in before if limit != resource.RLIM_INFINITY]
    bound = min([_of_this_process("VmData") + free(), *set_already])
    resource.setrlimit(resource.RLIMIT_DATA, (bound, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
