"""Python's own containers as text: several short elements on a line, and within bounds."""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

#: Characters of a line.
WIDTH = 120
#: Elements of one container that are shown, as IPython does.
MAX_ELEMENTS = 1000
#: Containers within containers.
_MAX_DEPTH = 30
#: An element that is itself a container shares a line with others up to this length.
_SHORT = 24
#: A longer element has its line for itself.
_MEDIUM = 60

_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    deque: ("deque([", "])"),
    dict: ("{", "}"),
}
CONTAINERS = frozenset(_BRACKETS)


class _Room:
    """What is left of the characters that a text may have."""

    def __init__(self, room: int) -> None:
        self.left = room

    def take(self, text: str) -> str:
        if len(text) > self.left:
            text = f"{text[: max(self.left, 0)]}... (cut)"
        self.left -= len(text) + len(", ")
        return text


class Pretty:
    """Formats containers; what they hold is formatted by leaf, which is told what may be used."""

    def __init__(self, leaf: Callable[[Any, int], str], room: int) -> None:
        self._leaf = leaf
        self._room = _Room(room)
        self._open: set[int] = set()

    def text(self, obj: Any, width: int = WIDTH) -> str:
        """Return the text of a container of Python's own, or of anything else."""
        kind = type(obj)
        if kind not in _BRACKETS:
            return self._room.take(self._leaf(obj, self._room.left))
        if not obj and kind is not dict and kind is not list:
            return repr(obj)
        first, last = _BRACKETS[kind]
        if id(obj) in self._open or len(self._open) >= _MAX_DEPTH:
            return f"{first}...{last}"
        self._open.add(id(obj))
        try:
            parts = self._pairs(obj, width) if kind is dict else self._elements(obj, width)
        finally:
            self._open.discard(id(obj))
        if kind is tuple and len(obj) == 1:
            parts[0] += ","
        return _joined(first, parts, last, width)

    def _elements(self, obj: Any, width: int) -> list[str]:
        parts: list[str] = []
        for element in islice(_ordered(obj), MAX_ELEMENTS):
            if self._room.left <= 0:
                break
            parts.append(self.text(element, width - 1))
        return _with_rest(parts, len(obj))

    def _pairs(self, obj: dict[Any, Any], width: int) -> list[str]:
        parts: list[str] = []
        for key, value in islice(obj.items(), MAX_ELEMENTS):
            if self._room.left <= 0:
                break
            name = self.text(key, width - 1)
            text = self.text(value, max(width - len(name) - 3, width // 2))
            if "\n" in text and type(value) not in CONTAINERS:
                text = "\n" + text  # a table begins on a line of its own
            elif "\n" in text and "\n" not in name:
                text = text.replace("\n", "\n" + " " * (len(name) + 2))
            parts.append(f"{name}: {text}")
        return _with_rest(parts, len(obj))


def _ordered(obj: Any) -> Iterable[Any]:
    if isinstance(obj, set | frozenset) and len(obj) <= MAX_ELEMENTS:
        try:
            return sorted(obj)
        except Exception:
            return obj
    return obj  # type: ignore[no-any-return]


def _with_rest(parts: list[str], count: int) -> list[str]:
    left = count - len(parts)
    return [*parts, f"... ({left:,} more)"] if left > 0 else parts


def _joined(first: str, parts: list[str], last: str, width: int) -> str:
    """Put the elements on one line, or on several, as many on each as are easy to read."""
    if not any("\n" in part for part in parts):
        line = f"{first}{', '.join(parts)}{last}"
        if len(line) <= width:
            return line
    indent = " " * len(first)
    lines: list[str] = []
    current = ""
    for part in (*(part + "," for part in parts[:-1]), *parts[-1:]):
        longest = _SHORT if part[:1] in "[({" or ": {" in part or ": [" in part else _MEDIUM
        alone = len(part) > longest or "\n" in part
        if current and (alone or len(indent) + len(current) + len(part) + 1 > width):
            lines.append(current)
            current = ""
        current = f"{current} {part}" if current else part
        if alone:
            lines.append(current.replace("\n", "\n" + indent))
            current = ""
    if current:
        lines.append(current)
    return first + f"\n{indent}".join(lines) + last
