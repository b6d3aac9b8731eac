"""How much memory this sandbox has."""

import os
from contextlib import suppress
from pathlib import Path

#: The limit of this container's control group, version 2 and 1.
_FILES = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory_limit() -> int:
    """Return the bytes of memory that this container may use, of the machine if it has no limit."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for name in _FILES:
        with suppress(OSError, ValueError):
            return min(machine, int(Path(name).read_text()))
    return machine
