"""The DataFrames that a session has, loaded or made by its code."""

import builtins
import keyword
import re
import sys
import weakref
from types import ModuleType
from typing import TYPE_CHECKING, Any

from power_worker.limits import MAX_DATA
from power_worker.needs import ALIASES
from power_worker.outcome import RefusedError

from . import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .loader import Loaded

#: Names that IPython keeps results under.
_RESULT = re.compile(r"_+(i|oh|dh|ih|ii|iii|\d+|i\d+)?|In|Out")
#: DataFrames that one listing describes.
MAX_LISTED = 200


class Registry:
    """Finds DataFrames in the namespace and remembers the files that some came from."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._sources: dict[str, tuple[weakref.ref[Any], Loaded]] = {}

    def check_name(self, name: str) -> None:
        """Refuse what cannot be a variable, or would hide something the code needs."""
        if self._is_free(name):
            return
        better = re.sub(r"\W+", "_", name).strip("_").lower() or "data"
        if not self._is_free(better):
            better = f"df_{better}"
        raise RefusedError(
            "bad_name",
            f"dataset_name {name[:80]!r} cannot be used as a variable",
            f"use letters, digits and _, no keyword, builtin or module of Python: {better[:80]}",
        )

    def _is_free(self, name: str) -> bool:
        """Say whether a name is a variable's, shown in listings, and hides nothing."""
        return (
            name.isidentifier()
            and not name.startswith("_")
            and not keyword.iskeyword(name)
            and not hasattr(builtins, name)
            and name not in ALIASES
            and not isinstance(self._namespace.get(name), ModuleType)
        )

    def add(self, name: str, loaded: "Loaded") -> None:
        """Bind a loaded DataFrame to its name; whatever had the name is replaced."""
        before = self._namespace.get(name)
        if before is not None and not isinstance(before, type(loaded.frame)):
            loaded.notes.insert(0, f"{name} was a {type(before).__name__}, which it replaces")
        self._namespace[name] = loaded.frame
        origin = loaded.without_frame()
        self._sources[name] = (weakref.ref(loaded.frame), origin)

    def frames(self) -> "Iterator[tuple[str, Any]]":
        """Yield each DataFrame with its variable, in the order they were made."""
        pandas = sys.modules.get("pandas")
        if pandas is None or not hasattr(pandas, "DataFrame"):
            return
        for name, value in list(self._namespace.items()):
            if isinstance(value, pandas.DataFrame) and not _RESULT.fullmatch(name):
                yield name, value

    def get(self, name: str) -> Any:
        """Return a variable's value, None for none."""
        return self._namespace.get(name)

    def names(self) -> list[str]:
        """Return the variables that hold DataFrames."""
        return [name for name, _ in self.frames()]

    def describe(self) -> list[dict[str, Any]]:
        """Describe each, within what a result may hold."""
        described, size = [], 0
        for name, frame in self.frames():
            if name.startswith("_"):
                continue  # as Python has it: private
            entry = describe.dataset(name, frame, self._origin(name, frame))
            size += describe.size(entry)
            if len(described) == MAX_LISTED or size > MAX_DATA // 2:
                break
            described.append(entry)
        return described

    def _origin(self, name: str, frame: Any) -> "Loaded | None":
        ref, origin = self._sources.get(name, (lambda: None, None))
        return origin if ref() is frame else None
