"""Copies of modules that the user's code cannot reach and so cannot break."""

import importlib
import sys
from types import ModuleType


def private(name: str) -> ModuleType:
    """Import a second instance of a pure Python module and its submodules.

    Code in a cell that replaces `json.dumps`, or a function that it calls, then changes its own
    instance only.
    """
    own = {k: v for k, v in sys.modules.items() if k == name or k.startswith(name + ".")}
    for key in own:
        del sys.modules[key]
    try:
        return importlib.import_module(name)
    finally:
        for key in [k for k in sys.modules if k == name or k.startswith(name + ".")]:
            del sys.modules[key]
        sys.modules.update(own)
