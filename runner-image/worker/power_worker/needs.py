"""What a cell's names call for before it runs."""

import importlib
from collections.abc import Callable, Iterable, Iterator
from types import CodeType
from typing import Any

#: Names that agents use as if every session had begun with the import.
ALIASES = {"pd": "pandas", "np": "numpy", "plt": "matplotlib.pyplot"}


class Needs:
    """Provides for the names in a cell's code: cheap to look at."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._providers: dict[str, Callable[[], None]] = {}
        self._always: dict[str, Callable[[], Any]] = {}
        self._known = set(ALIASES)  # the names that call for anything

    def on_name(self, name: str, provide: Callable[[], None]) -> None:
        """Call provide before the first cell that uses a name."""
        self._providers[name] = provide
        self._known.add(name)

    def on_every(self, name: str, provide: Callable[[], Any]) -> None:
        """Call provide before each cell that uses a name."""
        self._always[name] = provide
        self._known.add(name)

    def meet(self, codes: Iterable[CodeType]) -> None:
        """Provide what these code objects name."""
        names: set[str] = set()
        for code in codes:
            names.update(code.co_names)
            for constant in code.co_consts:
                if isinstance(constant, CodeType):
                    names.update(_names(constant))
        if names.isdisjoint(self._known):
            return
        for name in ALIASES.keys() & names:
            if name not in self._namespace:
                self._namespace[name] = importlib.import_module(ALIASES[name])
        for name in self._providers.keys() & names:
            self._providers.pop(name)()
        for name in self._always.keys() & names:
            self._always[name]()


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
