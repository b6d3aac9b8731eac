"""What a session's variables are: told when its kernel is about to go."""

import sys
from types import FunctionType, ModuleType
from typing import Any

#: Entries in one answer; the largest come first.
MAX_VARIABLES = 50
MAX_NAME = 80
_WITH_BYTES = ("numpy", "pandas")
#: What a session can make again by running its cells' first lines.
_NO_DATA = (ModuleType, FunctionType, type)


def describe(namespace: dict[str, Any], hidden: set[str]) -> dict[str, Any]:
    """Return the variables of a namespace that hold data, the largest first."""
    found = [
        {"name": name[:MAX_NAME], "type": type(value).__name__[:MAX_NAME], "bytes": _size(value)}
        for name, value in list(namespace.items())
        if not name.startswith("_") and name not in hidden and not issubclass(type(value), _NO_DATA)
    ]
    found.sort(key=lambda variable: -variable["bytes"])
    return {"variables": found[:MAX_VARIABLES], "more": max(0, len(found) - MAX_VARIABLES)}


def _size(value: Any) -> int:
    """Return the bytes that a value holds, of a container only its own: -1 where it cannot tell."""
    try:
        if type(value).__module__.partition(".")[0] in _WITH_BYTES:
            return _bytes_of_arrays(value)
        return sys.getsizeof(value)
    except Exception:
        return -1


def _bytes_of_arrays(value: Any) -> int:
    usage = getattr(value, "memory_usage", None)
    if usage is None:
        return int(getattr(value, "nbytes", -1))
    used = usage()
    return int(used.sum()) if hasattr(used, "sum") else int(used)
