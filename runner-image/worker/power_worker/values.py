"""Values as an agent reads them: text, or a chart."""

import base64
import io
import re
import sys
from collections.abc import Callable
from pprint import pformat
from typing import Any

from IPython.core.formatters import DisplayFormatter
from IPython.lib.pretty import RepresentationPrinter

from .charts import Charts
from .figures import Figures
from .html_text import html_to_text
from .limits import MAX_PRINTED_VALUE

#: Types whose text needs no look at their display methods.
_PLAIN = (int, float, bool, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset)
#: The repr that says nothing.
_BARE = re.compile(r"<[\w.]+ object( at 0x[0-9a-f]+)?>")
#: Representations that are text already or become it, best first.
_TEXTS: tuple[tuple[str, Callable[[Any], str]], ...] = (
    ("text/markdown", str),
    ("text/latex", str),
    ("application/json", lambda data: pformat(data, width=_MAX_WIDTH, sort_dicts=False)),
    ("text/html", html_to_text),
)
_PICTURES = ("image/png", "image/jpeg")
_MAX_WIDTH = 120


class _FullError(Exception):
    pass


class _Bounded(io.StringIO):
    """A buffer that stops what writes into it when it is full."""

    room = MAX_PRINTED_VALUE

    def write(self, text: str) -> int:
        self.room -= len(text)
        if self.room < 0:
            raise _FullError
        return super().write(text)


class Formatter(DisplayFormatter):
    """Decides what display(x) and a last value become: {"text/plain": …} or a picture."""

    figures: Figures

    def format(self, obj: Any, *_: Any, **__: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the one representation to show; nothing for what has shown itself."""
        if type(obj) in _PLAIN or obj is None:
            return {"text/plain": self.text(obj)}, {}
        if self.ipython_display_formatter(obj):
            return {}, {}
        if _is_figure(obj):
            self.figures.show(obj)
            return {}, {}
        bundle = self._bundle(obj)
        for kind in _PICTURES:
            data = bundle.get(kind) or self._by(kind, obj)
            if data:
                return {kind: data}, {}
        return {"text/plain": self._text_of(obj, bundle)}, {}

    def text(self, obj: Any) -> str:
        """Return an object's text by IPython's pretty printer, bounded."""
        if isinstance(obj, str | bytes) and len(obj) > MAX_PRINTED_VALUE:
            return f"{obj[:MAX_PRINTED_VALUE]!r}... ({len(obj)} in all)"
        plain = self.formatters["text/plain"]
        buffer = _Bounded()
        printer = RepresentationPrinter(
            buffer,
            max_width=_MAX_WIDTH,
            max_seq_length=plain.max_seq_length,
            singleton_pprinters=plain.singleton_printers,
            type_pprinters=plain.type_printers,
            deferred_pprinters=plain.deferred_printers,
        )
        try:
            printer.pretty(obj)
            printer.flush()
        except _FullError:
            return f"{buffer.getvalue()}\n... (cut: the rest was not formatted)"
        return buffer.getvalue()

    def _by(self, kind: str, obj: Any) -> Any:
        """Ask an object for one representation; one that fails is one it does not have."""
        try:
            return self.formatters[kind](obj) if kind in self.formatters else None
        except Exception:
            return None

    def _bundle(self, obj: Any) -> dict[str, Any]:
        bundle = self.mimebundle_formatter(obj, include=None, exclude=None)
        if isinstance(bundle, tuple):
            bundle = bundle[0]
        return bundle if isinstance(bundle, dict) else {}

    def _text_of(self, obj: Any, bundle: dict[str, Any]) -> str:
        text = bundle.get("text/plain") or self.text(obj)
        if not _BARE.fullmatch(text):
            return text
        for kind, convert in _TEXTS:
            data = bundle.get(kind) or self._by(kind, obj)
            if data:
                return convert(data)
        return text


class Values:
    """Shows values: prints their text, sends their pictures."""

    def __init__(self, formatter: Formatter, charts: Charts, figures: Figures) -> None:
        self._formatter = formatter
        self._charts = charts
        self._figures = figures

    def last(self, value: Any) -> str:
        """Return a last value's text; empty for one that became a chart, or names one."""
        if value is None:
            return ""
        if self._figures.expected() and _names_chart(value):
            return ""
        bundle, _ = self._formatter.format(value)
        return self._picture(bundle) or bundle.get("text/plain", "")

    def publish(self, bundle: dict[str, Any], _metadata: dict[str, Any]) -> None:
        """Show a MIME bundle now: its picture as a chart, else its text on stdout."""
        if any(kind in bundle for kind in _PICTURES):
            note = self._picture(bundle)
            if note:
                print(note)
            return
        text = bundle.get("text/plain", "")
        if not text or _BARE.fullmatch(text):
            for kind, convert in _TEXTS:
                if bundle.get(kind):
                    text = convert(bundle[kind])
                    break
        if text:
            print(text)

    def show(self, value: Any) -> None:
        """Show a value now."""
        self.publish(self._formatter.format(value)[0], {})

    def _picture(self, bundle: dict[str, Any]) -> str:
        """Send a bundle's picture, if it has one; returns what to say if it is broken."""
        for kind in _PICTURES:
            data = bundle.get(kind)
            if not data:
                continue
            try:
                self._charts.add(data if isinstance(data, bytes) else base64.b64decode(data))
            except Exception as error:
                return f"[picture not shown: {type(error).__name__}: {error}]"
        return ""


def _is_figure(obj: Any) -> bool:
    module = sys.modules.get("matplotlib.figure")
    return module is not None and isinstance(obj, module.Figure)


def _names_chart(value: Any) -> bool:
    """Say whether a value is only the name of what a chart shows, as `<Axes: >` is."""
    artist = sys.modules.get("matplotlib.artist")
    container = sys.modules.get("matplotlib.container")
    if artist is None or container is None:
        return False
    kinds = (artist.Artist, container.Container)
    grid = sys.modules.get("seaborn.axisgrid")
    if grid is not None:
        kinds += (grid.Grid, grid.JointGrid)
    return _holds(value, kinds, depth=2)


def _holds(value: Any, kinds: tuple[type, ...], depth: int) -> bool:
    if isinstance(value, kinds):
        return not _is_figure(value)
    if depth == 0:
        return False
    if isinstance(value, dict):
        items: Any = list(value.values())[:1]
    elif isinstance(value, list | tuple):
        items = value[:4]  # hist() returns counts and edges before its bars
    elif type(value).__name__ == "ndarray" and value.dtype == object:
        items = value.ravel()[:1]
    elif type(value).__name__ == "Series" and value.dtype == object:
        items = value.head(1).tolist()
    else:
        return False
    return any(_holds(item, kinds, depth - 1) for item in items)
