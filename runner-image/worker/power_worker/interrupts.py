"""When SIGINT becomes a KeyboardInterrupt."""

import _signal  # type: ignore[import-not-found] # what signal wraps, to make enums of numbers
import select
import signal
from types import FrameType

_Interrupt = KeyboardInterrupt  # bound here: a running cell may have replaced it


class Interrupts:
    """Raises KeyboardInterrupt while a run is under way, and at no other time.

    A SIGINT that comes when a frame already waits in the channel, or is being read, was sent for
    the run in that frame: it is kept for it. One that comes while nothing waits is late and means
    nothing.
    """

    def __init__(self, channel_fd: int) -> None:
        self._running = False
        self._taking = False
        self._pending = False
        poller = select.poll()
        poller.register(channel_fd, select.POLLIN)
        self._poll = poller.poll

    def install(self) -> None:
        """Take SIGINT, also back from user code that took or blocked it."""
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, (_signal.SIGINT,))
        if _signal.getsignal(_signal.SIGINT) != self._on_signal:
            signal.signal(signal.SIGINT, self._on_signal)

    def taking(self) -> None:
        """Say that a frame is about to be read."""
        self._taking = True

    def begin(self) -> None:
        """Start a run; raises at once if its interrupt came before it."""
        self._running = True
        self._taking = False
        if self._pending:
            self._pending = False
            raise KeyboardInterrupt

    def end(self) -> None:
        """End a run."""
        self._running = False

    def clear(self) -> None:
        """Forget an interrupt that came late; the frame read was no run."""
        self._taking = False
        self._pending = False

    def _on_signal(self, _signum: int, _frame: FrameType | None) -> None:
        if self._running:
            raise _Interrupt
        if self._taking or self._poll(0):
            self._pending = True
