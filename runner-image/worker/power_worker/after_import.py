"""Run something once a module has been imported, whoever imports it."""

import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

Hook = Callable[[ModuleType], None]


class AfterImport:
    """Calls a hook with a module as soon as its import is complete.

    It is a finder on sys.meta_path that finds nothing itself: it lets the path finder do so and
    wraps the loader that comes of it.
    """

    def __init__(self) -> None:
        self._hooks: dict[str, list[Hook]] = {}
        #: What went wrong in hooks: a library is imported whether or not ours works with it.
        self.errors: list[str] = []

    def install(self) -> None:
        """Begin to watch imports."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)  # type: ignore[arg-type]

    def add(self, name: str, hook: Hook) -> None:
        """Call hook with the module of that name, at once if it is imported already."""
        module = sys.modules.get(name)
        if module is not None:
            self._call(hook, module)
        else:
            self._hooks.setdefault(name, []).append(hook)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a watched module, with its loader wrapped."""
        if name not in self._hooks:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            for hook in self._hooks.pop(name, ()):
                self._call(hook, module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec

    def _call(self, hook: Hook, module: ModuleType) -> None:
        try:
            hook(module)
        except Exception as error:
            self.errors.append(f"{module.__name__}: {type(error).__name__}: {error}")
