"""The event loop of top-level await. It lives as long as the kernel: tasks go on in later cells."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine

_Interrupt = KeyboardInterrupt  # bound here: the cell may have replaced it
#: Seconds that a cancelled cell may take to clean up before it is left behind.
CANCEL_WAIT = 2.0


class Loop:
    """Runs coroutines on one event loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine to its end and return its value."""
        loop = self.ready()
        task = loop.create_task(coroutine)
        try:
            return loop.run_until_complete(task)
        except _Interrupt as interrupt:
            if task.done():
                raise  # it came while the coroutine itself ran, and names its place
            where = _suspended_at(coroutine)
            _cancel(loop, task)
            raise interrupt.with_traceback(where) from None

    def ready(self) -> asyncio.AbstractEventLoop:
        """Return the loop, made anew if a cell has closed it, as asyncio's current one."""
        import asyncio  # here, not above: a first cell would wait for it, and seldom awaits

        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        return self._loop


def _suspended_at(coroutine: Any) -> TracebackType | None:
    """Return the places where a coroutine and those that it awaits wait, as a traceback."""
    frames = []
    while coroutine is not None and getattr(coroutine, "cr_frame", None) is not None:
        frames.append(coroutine.cr_frame)
        coroutine = coroutine.cr_await
    traceback: TracebackType | None = None
    for frame in reversed(frames):
        traceback = TracebackType(traceback, frame, frame.f_lasti, frame.f_lineno)
    return traceback


def _cancel(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
    import asyncio

    task.cancel()
    with suppress(BaseException):  # it ends as it likes: the cell is over
        loop.run_until_complete(asyncio.wait([task], timeout=CANCEL_WAIT))
