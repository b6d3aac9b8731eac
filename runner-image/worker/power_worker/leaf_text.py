"""The text of one object by IPython's pretty printer, or by repr where that says the same."""

import io
from collections.abc import Callable
from typing import Any

from IPython.core.formatters import PlainTextFormatter
from IPython.lib.pretty import RepresentationPrinter

from .pretty_text import WIDTH

#: Types whose repr is what the pretty printer says, at a tenth of its cost.
_QUICK = frozenset((int, bool, complex, type(None)))
_TEXTS = (str, bytes, bytearray)


#: A text is brief up to this length, a number up to the size of a machine's word.
_BRIEF = 1000
_WORD = 1 << 63


def brief_text(obj: Any) -> str | None:
    """Return the text of a number or short text, at once; None for anything else."""
    kind = type(obj)
    if (
        kind is bool
        or (kind is int and -_WORD < obj < _WORD)
        or (kind is str and len(obj) < _BRIEF)
    ):
        return repr(obj)
    return None


class _FullError(Exception):
    pass


class _Bounded(io.StringIO):
    """A buffer that stops what writes into it when it is full."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._left = room

    def write(self, text: str) -> int:
        self._left -= len(text)
        if self._left < 0:
            super().write(text[: len(text) + self._left])
            raise _FullError
        return super().write(text)


def leaf_text(plain: PlainTextFormatter) -> Callable[[Any, int], str]:
    """Return the function that gives an object's text in at most so many characters."""

    def text(obj: Any, room: int) -> str:
        kind = type(obj)
        if kind in _QUICK:
            return repr(obj)
        if kind is float:
            return str(plain.float_format % obj)  # what %precision sets
        if kind in _TEXTS:
            if len(obj) > room:
                return f"{obj[:room]!r}... ({len(obj):,} in all)"
            return repr(obj)
        return _pretty(plain, obj, room)

    return text


def _pretty(plain: PlainTextFormatter, obj: Any, room: int) -> str:
    buffer = _Bounded(room)
    printer = RepresentationPrinter(
        buffer,
        max_width=WIDTH,
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
