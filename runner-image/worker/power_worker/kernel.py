"""One live namespace: takes frames from the supervisor and answers them."""

import gc
import os
import random
import sys
from collections.abc import Callable
from os import _exit, chdir, getcwd, getpid  # bound here: user code may replace os.getpid
from pathlib import Path
from typing import Any

from . import hints, process, text_cut, tracebacks, variables
from .channel import Channel, ChannelClosedError, Frame
from .data.operations import Operations
from .interrupts import Interrupts
from .limits import MAX_VALUE
from .outcome import Failure, Outcome, RefusedError
from .streams import Streams
from .zygote import Born

#: Our descriptors are moved here, out of the way of loops that close "all" of them.
HIGH_DESCRIPTOR = 500
#: Failures in a row after which the kernel is taken for broken.
MAX_FAILURES = 1000
#: Where the zygote was started: no place to import from.
_ZYGOTES_FOLDER = "/"
_EXIT_BROKEN = 70  # EX_SOFTWARE
_GOES_ON = "the cell ended there; the session and its variables stay (reset_session starts afresh)"

Operation = Callable[[str, dict[str, Any]], Outcome]


class Kernel:
    """Serves one session. It is made in a child that the zygote has just forked."""

    def __init__(self, born: Born) -> None:
        process.set_dumpable(True)
        os.setpgid(0, 0)
        process.default_signals()
        self._pid = getpid()
        self._generation = born.generation
        self._bench = born.bench
        self._folder = Path()
        self._mended: list[str] = []  # names of what the running cell had changed
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        self._streams = Streams(process.raise_descriptor(born.output, HIGH_DESCRIPTOR))
        fd = process.raise_descriptor(born.channel, HIGH_DESCRIPTOR)
        self._interrupts = Interrupts(fd)
        self._interrupts.install()
        self._channel = Channel(fd, self._interrupts)
        data = Operations(born.bench.namespace, lambda: self._folder)
        self._operations: dict[str, Operation] = {
            "cell": self._cell,
            "variables": self._variables,
            **data.by_name(),
        }
        _fresh_random()
        sys.argv = [""]
        sys.path[:] = ["", *(path for path in sys.path if path not in ("", _ZYGOTES_FOLDER))]
        gc.enable()

    def serve(self) -> None:
        """Answer frames until the channel closes; then end the process."""
        self._say_ready()
        failures = 0
        while failures < MAX_FAILURES:
            try:
                self._answer(self._channel.receive())
                failures = 0
            except ChannelClosedError:
                _exit(0)
            except BaseException:  # a signal handler that a cell left behind has raised
                failures += 1
        _exit(_EXIT_BROKEN)

    def _answer(self, frame: Frame) -> None:
        if frame.kind == "run":
            self._run(frame)
            return
        self._interrupts.clear()
        if frame.kind == "ping":
            self._channel.send("pong", frame.id)
        elif frame.kind == "open":
            self._open(frame.body)

    def _say_ready(self) -> None:
        self._channel.send("kernel", body={"ready": True, "generation": self._generation})

    def _open(self, body: dict[str, Any]) -> None:
        self._folder = Path(body["folder"])
        chdir(self._folder)
        self._say_ready()

    def _run(self, frame: Frame) -> None:
        self._mended.clear()
        self._streams.restore()
        self._leave_deleted_folder()
        self._interrupts.install()
        outcome = Outcome(error=Failure("KernelError", "the run was lost to a stray exception"))
        try:
            outcome = self._interruptible(frame)
        finally:
            self._finish(frame.id, outcome)

    def _leave_deleted_folder(self) -> None:
        """Go back to the session's folder where the working directory is gone: nothing works there.

        One that a cell has chosen stays, as in a notebook.
        """
        try:
            getcwd()
        except OSError:
            chdir(self._folder)
            print("[the working directory was deleted; back in the session's folder]")

    def _interruptible(self, frame: Frame) -> Outcome:
        try:
            try:
                self._interrupts.begin()
                self._bench.charts.begin(self._channel, self._folder, frame.id)
                operation = self._operations.get(frame.body.get("op", ""))
                if operation is None:
                    return Outcome(error=Failure("bad_op", "unknown operation"))
                return operation(frame.id, frame.body.get("args") or {})
            finally:
                self._interrupts.end()
        except RefusedError as refused:
            return Outcome(error=refused.failure)
        except BaseException as error:
            return Outcome(error=tracebacks.failure(error, str(self._folder)))

    def _finish(self, run_id: str, outcome: Outcome) -> None:
        self._bench.guard.restore()
        if getpid() != self._pid:  # a child that a cell forked and let run on into our code
            self._streams.flush()
            _exit(1 if outcome.error else 0)
        self._bench.figures.discard()
        self._bench.plotly.discard()
        if self._mended:
            names = text_cut.listed(self._mended)
            print(f"[the code changed what the session needs; put back: {names}]", file=sys.stderr)
        outcome.more_charts = self._bench.charts.more
        self._bench.charts.end()
        self._streams.flush()
        self._channel.send("result", run_id, outcome.body())

    def _cell(self, _id: str, args: dict[str, Any]) -> Outcome:
        self._bench.figures.begin()
        self._bench.plotly.begin()
        number = self._bench.shell.execution_count
        try:
            value = self._bench.cells.run(str(args.get("code", "")), self._code_ended)
            text = self._bench.values.last(value)
            if value is not None:
                self._bench.last_values.add(number, value)
            outcome = Outcome(value=self._fitting(text))
        except SystemExit as stop:
            outcome = self._stopped(stop)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            outcome = Outcome(error=self._failure(error))
        self._bench.figures.flush()
        self._bench.plotly.flush()
        return outcome

    def _variables(self, _id: str, _args: dict[str, Any]) -> Outcome:
        shell = self._bench.shell
        return Outcome(data=variables.describe(self._bench.namespace, set(shell.user_ns_hidden)))

    def _failure(self, error: BaseException) -> Failure:
        failure = tracebacks.failure(error, str(self._folder))
        failure.hint = hints.hint(error, self._bench.namespace, self._folder)
        return failure

    def _fitting(self, text: str) -> str:
        """Print a value that is too long for a result: there it is cut and kept in a file."""
        if len(text) <= MAX_VALUE:
            return text
        print(text)
        return ""

    def _code_ended(self) -> None:
        """Put back what everything after the code of a cell relies on."""
        mended = self._bench.guard.restore_builtins()
        self._streams.flush()  # to where the code has led them
        self._mended = mended + self._streams.restore()

    def _stopped(self, stop: SystemExit) -> Outcome:
        """End a cell that called exit(): code 0 is what a script that went well says."""
        if stop.code is None or stop.code == 0:
            print(f"[exit: {_GOES_ON}]")
            return Outcome()
        failure = tracebacks.failure(stop, str(self._folder))
        if isinstance(stop.code, int):
            failure.message = f"the code exited with status {stop.code}"
        failure.hint = _GOES_ON
        return Outcome(error=failure)


def _fresh_random() -> None:
    """Give this kernel random numbers of its own: two forks would draw the same."""
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()
