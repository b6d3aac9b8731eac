"""The process that imports the stack once and forks kernels.

It runs no user code, keeps to one thread as far as libraries allow, cannot be traced by its own
user, and ignores every signal that can be ignored.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import time
import warnings
from dataclasses import dataclass
from typing import Any

from . import process
from .bench import Bench
from .private import private
from .stack import import_stack
from .streams import keep_order

#: The descriptor of the control socket.
CONTROL = 3
_MAX_DESCRIPTORS = 16
_READ = 64 << 10
_json = private("json")


@dataclass(frozen=True)
class Born:
    """What a forked child begins with."""

    generation: int
    channel: int
    output: int
    bench: Bench


class Zygote:
    """Answers the supervisor on the control socket, between imports and then for good."""

    def __init__(self, control: socket.socket) -> None:
        self._started = time.monotonic()
        self._control = control
        self._buffer = b""
        self._descriptors: list[int] = []
        self._kernels: set[int] = set()
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._poller = select.poll()
        self._poller.register(control, select.POLLIN)
        self._poller.register(self._woken, select.POLLIN)

    @classmethod
    def from_descriptor(cls, fd: int = CONTROL) -> "Zygote":
        """Take the socket that the supervisor passed."""
        control = socket.socket(fileno=fd)
        control.set_inheritable(False)
        return cls(control)

    def run(self) -> Born:
        """Serve until a child is forked, and return in the child; the zygote itself never does."""
        process.set_dumpable(False)
        process.ignore_signals()
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        keep_order()
        bench = Bench()
        imports = import_stack()
        for _ in imports:
            born = self._serve(bench, 0)
            if born is not None:
                return born
        gc.collect()
        self._tell(kind="warm", seconds=round(time.monotonic() - self._started, 3))
        for error in bench.imports.errors:
            print(f"hook: {error}", file=sys.stderr)
        while True:
            born = self._serve(bench, None)
            if born is not None:
                return born

    def _serve(self, bench: Bench, timeout: int | None) -> Born | None:
        """Do what is asked for, waiting for it at most timeout milliseconds."""
        for fd, _ in self._poller.poll(timeout):
            if fd == self._woken:
                self._reap()
                continue
            for request in self._receive():
                if request.get("kind") == "ping":
                    self._tell(kind="pong", n=request.get("n"))
                elif request.get("kind") == "fork":
                    born = self._fork(bench, int(request.get("generation", 0)))
                    if born is not None:
                        return born
        return None

    def _receive(self) -> list[dict[str, Any]]:
        try:
            data, descriptors, _, _ = socket.recv_fds(
                self._control, _READ, _MAX_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
        except ConnectionError:
            data = b""
        if not data:
            os._exit(0)  # the supervisor is gone, and the container with it
        self._descriptors += descriptors
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        return [_json.loads(line) for line in lines if line]

    def _fork(self, bench: Bench, generation: int) -> Born | None:
        channel, output = self._descriptors[:2]
        del self._descriptors[:2]
        bench.guard.remember()
        gc.freeze()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # BLAS threads are idle
                pid = os.fork()
        except OSError as error:
            print(f"fork failed: {error}", file=sys.stderr)
            pid = -1
        if pid == 0:
            self._leave()
            return Born(generation, channel, output, bench)
        os.close(channel)
        os.close(output)
        if pid > 0:
            self._own(pid)
            self._tell(kind="forked", generation=generation, pid=pid)
        return None

    def _own(self, pid: int) -> None:
        self._kernels.add(pid)
        with contextlib.suppress(OSError):  # it has died
            os.setpgid(pid, pid)  # the kernel does so too: whoever comes first

    def _leave(self) -> None:
        """Close, in a child, what belongs to the zygote."""
        signal.set_wakeup_fd(-1)
        self._control.close()
        os.close(self._woken)
        os.close(self._wake)
        for fd in self._descriptors:
            os.close(fd)

    def _reap(self) -> None:
        try:
            while os.read(self._woken, 4096):
                pass
        except BlockingIOError:
            pass
        for pid in list(self._kernels):
            try:
                done, status = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                self._kernels.discard(pid)
                continue
            if done:
                self._kernels.discard(pid)
                self._tell(kind="exited", pid=pid, status=status)

    def _tell(self, **message: Any) -> None:
        self._control.sendall(_json.dumps(message).encode() + b"\n")
