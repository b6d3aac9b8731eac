"""stdout and stderr of a kernel, Python's and C's: one pipe, in the order written."""

import ctypes
import functools
import io
import os
import subprocess
import sys
from os import dup2 as _dup2  # bound here: user code may replace os.dup2
from os import fstat as _fstat
from typing import Any

_IONBF = 2  # of setvbuf(3), glibc


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
        for fd in (1, 2):
            _dup2(pipe, fd)
        sys.stdout = sys.__stdout__ = self._out = _Out(1, "<stdout>")
        sys.stderr = sys.__stderr__ = self._err = _Err(2, "<stderr>")

    def restore(self) -> list[str]:
        """Undo what a cell did to the descriptors and to sys.stdout and sys.stderr.

        Returns the names of what was not in place.
        """
        if self._in_place():
            return []
        mended = []
        for fd in (1, 2):
            if _identity(fd) != self._identity:
                _dup2(self._pipe, fd)
                mended.append(f"descriptor {fd}")
        mended += [name for name in ("stdout", "stderr") if self._misplaced(name)]
        if self._out.closed:
            self._out = _Out(1, "<stdout>")
        if self._err.closed:
            self._err = _Err(2, "<stderr>")
        sys.stdout = sys.__stdout__ = self._out
        sys.stderr = sys.__stderr__ = self._err
        if sys.stdin is None or sys.stdin.closed:
            sys.stdin = sys.__stdin__ = open(0, closefd=False)  # noqa: SIM115 - lives as long as we
        return mended

    def _in_place(self) -> bool:
        """Say whether there is nothing to undo, as after nearly every cell."""
        try:
            return (
                sys.stdout is sys.__stdout__ is self._out
                and sys.stderr is sys.__stderr__ is self._err
                and not (self._out.closed or self._err.closed or sys.stdin.closed)
                and _identity(1) == self._identity == _identity(2)
            )
        except Exception:  # what stands there now, or that nothing does
            return False

    def _misplaced(self, name: str) -> bool:
        ours = self._out if name == "stdout" else self._err
        return ours.closed or getattr(sys, name, None) is not ours

    def flush(self) -> None:
        """Write out everything that any of the streams holds back."""
        for stream in (sys.stdout, sys.stderr):
            if stream is not self._out and stream is not self._err:
                flush(stream)
        flush(self._out)
        flush(self._err)


def keep_order() -> None:
    """Let what C code and other processes write come at its place, in this process and its forks.

    C's library would hold back 4 KiB on a pipe. Python holds back a line until it ends, which is
    quick and lets threads print whole lines; who else may write comes after what was begun.
    """
    libc = ctypes.CDLL(None)
    libc.setvbuf(ctypes.c_void_p.in_dll(libc, "stdout"), None, _IONBF, 0)
    os.register_at_fork(before=_flush_begun)
    subprocess._fork_exec = _flushing(subprocess._fork_exec)  # type: ignore[attr-defined]
    os.system = _flushing(os.system)


def _flushing(start: Any) -> Any:
    @functools.wraps(start)
    def flushed(*args: Any, **kwargs: Any) -> Any:
        _flush_begun()
        return start(*args, **kwargs)

    return flushed


def _flush_begun() -> None:
    flush(sys.stdout)


def flush(stream: Any) -> None:
    """Flush, whatever the stream has become."""
    try:  # noqa: SIM105 - suppress() costs more than to flush, which a cell's end does often
        stream.flush()
    except Exception:
        pass


def _identity(fd: int) -> tuple[int, int] | None:
    try:
        stat = _fstat(fd)
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
