"""What a cell must not take away from the next one."""

import builtins
import sys
from operator import is_ as _is  # bound here, as what C code calls: a cell may replace any name
from types import ModuleType
from typing import Any, NoReturn

from IPython.core.error import StdinNotImplementedError

_builtins = vars(builtins)  # bound here: a cell may replace even vars
_all, _map, _get = all, map, _builtins.get
_NOBODY = "{} cannot be answered: nobody can type into a running cell. Put the value in the code."


class Guard:
    """Puts the interpreter's own things back after a cell; what was added stays."""

    def __init__(self) -> None:
        builtins.input = _no_input
        builtins.exit = _Exit("exit")  # type: ignore[assignment]
        builtins.quit = _Exit("quit")  # type: ignore[assignment]
        sys.breakpointhook = _no_breakpoint
        self._builtins = dict(vars(builtins))
        self._names = tuple(self._builtins)
        self._values = tuple(self._builtins.values())
        self._recursion = sys.getrecursionlimit()
        self._displayhook = sys.displayhook
        self._excepthook = sys.excepthook
        self._main = sys.modules["__main__"]
        self._modules = sys.modules
        self._known = dict(sys.modules)

    def remember(self) -> None:
        """Note which modules are there.

        The zygote does it: it counts a reference to each module, and in a fresh kernel that
        would copy pages for 15 ms.
        """
        if len(self._known) != len(sys.modules):
            self._known = dict(sys.modules)

    def restore_builtins(self) -> list[str]:
        """Put Python's builtins back, and return the names of those that were not in place."""
        if _all(_map(_is, _map(_get, self._names), self._values)):
            return []  # found in half the time that the loop takes
        current = _builtins
        mended = []
        for name, value in self._builtins.items():
            if name not in current or current[name] is not value:
                current[name] = value
                mended.append(name)
        return mended

    def restore(self) -> None:
        """Undo what would break the kernel."""
        self.restore_builtins()
        if sys.getrecursionlimit() < self._recursion:
            sys.setrecursionlimit(self._recursion)
        sys.settrace(None)
        sys.setprofile(None)
        sys.displayhook = self._displayhook
        if not callable(sys.excepthook):
            sys.excepthook = self._excepthook  # no thread starts without one
        sys.breakpointhook = _no_breakpoint
        sys.modules = self._modules
        if sys.modules.get("sys") is not sys:  # a cell has cleared it
            sys.modules.update(self._known)
        sys.modules["__main__"] = self._main
        vars(self._main)["__builtins__"] = builtins


class _Exit:
    """exit and quit: they end the cell as sys.exit() does, and leave the standard input open."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"{self._name}() ends the cell; reset_session gives a fresh kernel"

    def __call__(self, code: Any = None) -> NoReturn:
        raise SystemExit(code)


def _no_input(prompt: Any = "", /) -> NoReturn:
    if prompt:
        print(prompt)
    raise StdinNotImplementedError(_NOBODY.format("input()"))


_no_input.__name__ = _no_input.__qualname__ = "input"
_no_input.__module__ = "builtins"


def refuse_passwords(getpass: ModuleType) -> None:
    """Let getpass say at once what it would only come to after two warnings."""

    def no_password(*_: Any, **__: Any) -> NoReturn:
        raise StdinNotImplementedError(_NOBODY.format("getpass()"))

    getpass.getpass = getpass.unix_getpass = no_password  # type: ignore[attr-defined]


def _no_breakpoint(*_: Any, **__: Any) -> NoReturn:
    raise StdinNotImplementedError(_NOBODY.format("breakpoint()"))
