"""`__main__` as cells see it: pickle, dataclasses and multiprocessing look names up there."""

import importlib
import os
import sys
from types import FunctionType, ModuleType
from typing import Any

#: The module that a spawned child runs as its `__main__`.
SPAWNED = "power_worker.spawned"
#: The attribute of sys in which a spawned child finds the definitions.
STASH = "_power_main_definitions"


def new_main() -> ModuleType:
    """Make an empty `__main__` and put it in place of the worker's own."""
    sys.modules["__power_worker_main__"] = sys.modules["__main__"]  # its globals must live on
    module = ModuleType("__main__")
    module.__dict__["__annotations__"] = {}
    sys.modules["__main__"] = module
    return module


def teach_spawn(spawn: ModuleType) -> None:
    """Let spawned children find the functions and classes that cells defined.

    A spawned child imports the parent's main file, and a cell has none: without this it dies with
    "Can't get attribute". The hook is for the module multiprocessing.spawn.
    """
    prepare = spawn.get_preparation_data

    def get_preparation_data(name: str) -> dict[str, Any]:
        # What '' in sys.path means to the child; by default where the zygote was started.
        spawn.process.ORIGINAL_DIR = os.getcwd()  # type: ignore[attr-defined]
        data = prepare(name)
        data.pop("init_main_from_path", None)
        data["init_main_from_name"] = SPAWNED
        data[STASH] = _Stash(_definitions())
        return data

    spawn.get_preparation_data = get_preparation_data  # type: ignore[attr-defined]


class _Stash:
    """Bytes that, unpickled, put themselves into sys: nothing of ours can be imported by then."""

    def __init__(self, blob: bytes) -> None:
        self._blob = blob

    def __reduce__(self) -> tuple[Any, ...]:
        return setattr, (_Module("sys"), STASH, self._blob)


class _Module:
    def __init__(self, name: str) -> None:
        self._name = name

    def __reduce__(self) -> tuple[Any, ...]:
        return importlib.import_module, (self._name,)


def _definitions() -> bytes:
    """Pickle the functions and classes of `__main__`, by value, without those that cannot be."""
    import cloudpickle

    kept = {
        name: value
        for name, value in list(vars(sys.modules["__main__"]).items())
        if isinstance(value, FunctionType | type) and value.__module__ == "__main__"
    }
    try:
        return cloudpickle.dumps(kept)
    except Exception:  # look for the guilty ones only now: each alone costs more
        return cloudpickle.dumps({name: v for name, v in kept.items() if _picklable(v)})


def _picklable(value: object) -> bool:
    import cloudpickle

    try:
        cloudpickle.dumps(value)
    except Exception:
        return False
    return True
