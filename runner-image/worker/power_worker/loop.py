"""The event loop of top-level await. It lives as long as the kernel: tasks go on in later cells."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


class Loop:
    """Runs coroutines on one event loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine to its end and return its value."""
        loop = self._ready()
        task = loop.create_task(coroutine)
        try:
            return loop.run_until_complete(task)
        except KeyboardInterrupt:
            raise _interrupted(loop, task) from None

    def _ready(self) -> asyncio.AbstractEventLoop:
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        return self._loop


def _interrupted(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> KeyboardInterrupt:
    """Cancel the task and return an interrupt whose traceback is where the task waited."""
    interrupt = KeyboardInterrupt()
    task.cancel()
    try:
        with suppress(RuntimeError):
            loop.run_until_complete(task)
    except (asyncio.CancelledError, KeyboardInterrupt) as error:
        return interrupt.with_traceback(error.__traceback__)
    except BaseException:
        return interrupt
    return interrupt
