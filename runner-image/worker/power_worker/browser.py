"""The headless browser that draws plotly's charts: one a kernel, kept running between charts."""

import asyncio
import concurrent.futures
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Sequence
from typing import Any

from choreographer.browsers.chromium import Chromium
from choreographer.errors import BrowserClosedError, BrowserFailedError, ChannelClosedError
from kaleido.kaleido import Kaleido

from .environment import browser

#: Seconds for the browser's start and for one chart; 3-D charts of many points take several.
START_TIMEOUT = 60
CHART_TIMEOUT = 90
#: Seconds between two looks whether the browser that draws a chart lives.
LOOK_AGAIN = 1
#: Runs the browser itself on descriptors 3 and 4, without the Python process that kaleido puts
#: between.
_EXEC = 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null'
_FLAGS = ("--disable-background-networking", "--disable-extensions")


#: What comes of a browser that has died, or would not start.
_DEAD = (
    BrowserClosedError,
    BrowserFailedError,
    ChannelClosedError,
    concurrent.futures.CancelledError,
)


class _Chromium(Chromium):
    def get_cli(self) -> Sequence[str]:
        cli = list(super().get_cli())
        return ["/bin/sh", "-c", _EXEC, *cli[2:], *_FLAGS]


class _Kaleido(Kaleido):
    """Makes a tab ready for the next chart while the last one is already on its way."""

    async def _return_kaleido_tab(self, tab: Any) -> None:
        task = asyncio.ensure_future(super()._return_kaleido_tab(tab))
        self._main_render_coroutines.add(task)
        task.add_done_callback(self._main_render_coroutines.discard)


class _Running:
    """A browser, and the thread with the event loop that talks to it. It is used once."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.pid = os.getpid()
        self._options = options
        self._opened: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._loop = asyncio.new_event_loop()
        self._kaleido: _Kaleido | None = None
        self._stop = asyncio.Event()
        threading.Thread(target=self._main, name="plotly browser", daemon=True).start()

    def serves(self, options: dict[str, Any]) -> bool:
        """Say whether it is alive, ours, and was started with these options."""
        if self.pid != os.getpid() or self._options != options:
            return False
        return not self._opened.done() or (
            self._opened.exception() is None and self._kaleido.subprocess.poll() is None
        )

    def call(self, method: str, args: Any, kwargs: Any) -> Any:
        self._opened.result(START_TIMEOUT)
        function = getattr(self._kaleido, method)

        async def run() -> Any:
            return await function(*args, **kwargs)

        return self._wait(asyncio.run_coroutine_threadsafe(run(), self._loop))

    def _wait(self, drawn: concurrent.futures.Future[Any]) -> Any:
        """Wait for a chart, but not for one that a dead browser was asked for."""
        for _ in range(CHART_TIMEOUT // LOOK_AGAIN):
            done, _ = concurrent.futures.wait([drawn], LOOK_AGAIN)
            if done:
                return drawn.result()
            if self._kaleido.subprocess.poll() is not None:
                raise BrowserClosedError("the browser has died")
        raise TimeoutError

    def kill(self) -> None:
        """End the browser at once and let the thread clean up behind it."""
        kaleido = self._kaleido
        if kaleido is not None and hasattr(kaleido, "subprocess"):
            with contextlib.suppress(OSError):
                os.killpg(kaleido.subprocess.pid, signal.SIGKILL)
            with contextlib.suppress(OSError):  # what the browser would say last: wakes the reader
                os.write(kaleido._channel.from_external_to_choreo, b"{bye}\n")
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop.set)

    def _main(self) -> None:
        with contextlib.suppress(Exception):
            self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        try:
            self._kaleido = _Kaleido(browser_cls=_Chromium, **self._options)
            await self._kaleido.open()
            self._opened.set_result(None)
        except BaseException as error:
            self._opened.set_exception(error)
            return
        await self._stop.wait()
        await self._kaleido.close()


class Browser:
    """Stands in for kaleido's own server, whose answers get out of step after an interrupt.

    An interrupt, a chart that takes too long and a browser that died all end the browser; the
    next chart starts a new one. A forked child starts its own.
    """

    def __init__(self) -> None:
        self._running: _Running | None = None
        for name in ("kaleido", "choreographer", "browser_proc"):
            logging.getLogger(name).setLevel(logging.CRITICAL)

    def is_running(self) -> bool:
        """Say yes: it starts when it is needed."""
        return True

    def open(self, *_: Any, **__: Any) -> None:
        """Do nothing, for kaleido.start_sync_server."""

    def close(self, *_: Any, **__: Any) -> None:
        """End the browser, for kaleido.stop_sync_server."""
        running, self._running = self._running, None
        if running is not None and running.pid == os.getpid():
            running.kill()

    def call_function(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of Kaleido: calc_fig, write_fig or write_fig_from_object."""
        # The path is given, for a cell may have cleared the environment.
        options = {"mathjax": False, "path": browser(), **(kwargs.pop("kopts", None) or {})}
        try:
            return self._call(method, args, kwargs, options)
        except _DEAD:
            return self._call(method, args, kwargs, options)  # once more, with a new one

    def _call(self, method: str, args: Any, kwargs: Any, options: dict[str, Any]) -> Any:
        running = self._running
        if running is None or not running.serves(options):
            self.close()
            running = self._running = _Running(options)
        try:
            return running.call(method, args, kwargs)
        except TimeoutError:
            self.close()
            raise TimeoutError(f"the browser did not draw it within {CHART_TIMEOUT} s") from None
        except (KeyboardInterrupt, *_DEAD):
            self.close()
            raise
