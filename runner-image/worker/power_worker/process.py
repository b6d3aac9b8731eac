"""What a zygote and a kernel set on their own process."""

import ctypes
import os
import signal
from contextlib import suppress

_PR_SET_DUMPABLE = 4  # prctl(2)
_libc = ctypes.CDLL(None, use_errno=True)
#: Kept by the parent of a kernel: it must hear of its death.
_NEEDED = {signal.SIGCHLD}
#: No process may catch or ignore them.
_FIXED = {signal.SIGKILL, signal.SIGSTOP}


def set_dumpable(yes: bool) -> None:
    """Allow or forbid the same user to trace this process and to read it through /proc."""
    if _libc.prctl(_PR_SET_DUMPABLE, int(yes), 0, 0, 0) != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, os.strerror(errno))


def ignore_signals() -> None:
    """Ignore whatever can be ignored: a cell may send signals to every process of its user."""
    for number in signal.valid_signals() - _NEEDED - _FIXED:
        with suppress(OSError):
            signal.signal(number, signal.SIG_IGN)


def default_signals() -> None:
    """Undo ignore_signals, with Python's own ignoring of SIGPIPE and SIGXFSZ kept."""
    for number in signal.valid_signals() - _FIXED:
        with suppress(OSError):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def raise_descriptor(fd: int, floor: int) -> int:
    """Move a descriptor to a number from floor on, where loops over small numbers miss it."""
    import fcntl

    with suppress(OSError, ValueError):
        high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, floor)
        os.close(fd)
        return high
    os.set_inheritable(fd, False)
    return fd
