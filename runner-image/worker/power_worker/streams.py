"""sys.stdout and sys.stderr of a kernel: one pipe, in the order written."""

import io
import sys
from contextlib import suppress
from os import dup2 as _dup2  # bound here: user code may replace os.dup2
from os import fstat as _fstat
from typing import Any


class _Out(io.TextIOWrapper):
    """Text to a descriptor, line-buffered; what UTF-8 cannot say is escaped, never an error."""

    def __init__(self, fd: int, name: str) -> None:
        raw = io.FileIO(fd, "w", closefd=False)
        super().__init__(
            io.BufferedWriter(raw), "utf-8", errors="backslashreplace", line_buffering=True
        )
        self.mode = "w"
        self._label = name

    @property
    def name(self) -> str:
        """The name that Python gives it."""
        return self._label


class _Err(_Out):
    """stderr: what stdout holds back goes first."""

    def write(self, text: str) -> int:
        """Write at once, after stdout."""
        flush(sys.stdout)
        count = super().write(text)
        self.flush()
        return count


class Streams:
    """The kernel's descriptors 1 and 2 and the streams on them, put back after each cell."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._identity = _identity(pipe)
        self.restore()

    def restore(self) -> None:
        """Undo what a cell did to the descriptors, and to sys.stdout and sys.stderr."""
        for fd in (1, 2):
            if _identity(fd) != self._identity:
                _dup2(self._pipe, fd)
        out = getattr(self, "_out", None)
        if out is None or out.closed:
            self._out = _Out(1, "<stdout>")
        err = getattr(self, "_err", None)
        if err is None or err.closed:
            self._err = _Err(2, "<stderr>")
        sys.stdout = sys.__stdout__ = self._out
        sys.stderr = sys.__stderr__ = self._err
        if sys.stdin is None or sys.stdin.closed:
            sys.stdin = sys.__stdin__ = open(0, closefd=False)  # noqa: SIM115 - lives as long as we

    def flush(self) -> None:
        """Write out everything that any of the streams holds back."""
        for stream in (sys.stdout, sys.stderr, self._out, self._err):
            flush(stream)


def flush(stream: Any) -> None:
    """Flush, whatever the stream has become."""
    with suppress(Exception):
        stream.flush()


def _identity(fd: int) -> tuple[int, int] | None:
    try:
        stat = _fstat(fd)
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
