"""The bytecode of what a lean kernel imports, in one file.

Looking for 230 modules in five folders, and opening a file for each, was a fifth of the time in
which a new sandbox is there. The image's build writes the file; where there is none, as in the
worker's own tests, modules are found in the ordinary way.
"""

from __future__ import annotations

import marshal
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader

TYPE_CHECKING = False  # typing's own would import it, in the ordinary way
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType
    from typing import Any

#: Beside the package, so that another copy of it has none or its own.
PATH = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + "/lean.bundle"
#: The file begins with the index's size in so many bytes, then the index, then the code.
_SIZE = 4
_ORDER = "little"
#: Of marshal: the last one without references to earlier objects, so that equal indexes are equal
#: bytes.
_VERSION = 2
#: Before the code in a .pyc (PEP 552): magic number, flags, hash.
_PYC_HEADER = 16
_UNCHECKED_HASH = 1


class Bundle:
    """A finder and loader of the modules in the file, in use between its two ends as a context."""

    def __init__(self, path: str) -> None:
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            self._file = -1
            return
        size = int.from_bytes(os.pread(self._file, _SIZE, 0), _ORDER)
        self._code = _SIZE + size
        #: Name to source, .pyc, whether it is a package, and the code's place and size.
        self._index: dict[str, tuple[str, str, bool, int, int]] = marshal.loads(
            os.pread(self._file, size, _SIZE)
        )

    def __enter__(self) -> None:
        """Have the file asked before folders are searched."""
        if self._file >= 0:  # builtin and frozen modules come first, as ever
            sys.meta_path.insert(len(sys.meta_path) - 1, self)  # type: ignore[arg-type]

    def __exit__(self, *_: object) -> None:
        """Leave the import system as it was, and close the file."""
        if self._file >= 0:
            sys.meta_path.remove(self)  # type: ignore[arg-type]
            os.close(self._file)

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: Any = None
    ) -> ModuleSpec | None:
        """Return the spec of a module that the file holds."""
        entry = self._index.get(name)
        if entry is None:
            return None
        source, cached, is_package, _, _ = entry
        spec = ModuleSpec(name, self, origin=source, is_package=is_package)  # type: ignore[arg-type]
        spec.has_location = True
        spec.cached = cached
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(os.path.dirname(source))
        return spec

    def create_module(self, _spec: ModuleSpec) -> None:
        """Leave it to the import system."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill a module, which then is as if it had been found in its folder."""
        spec = module.__spec__
        assert spec is not None
        source, _, _, place, size = self._index[spec.name]
        module.__loader__ = spec.loader = SourceFileLoader(spec.name, source)
        exec(marshal.loads(os.pread(self._file, size, self._code + place)), module.__dict__)


def _compiled() -> Iterator[tuple[str, str, str, bool, bytes]]:
    """Yield what was imported from a file with bytecode: name, source, .pyc, package, code."""
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if name == "__main__" or spec is None or not isinstance(spec.loader, SourceFileLoader):
            continue
        with open(spec.cached, "rb") as file:
            data = file.read()
        if int.from_bytes(data[4:8], _ORDER) != _UNCHECKED_HASH:
            raise SystemExit(f"{spec.cached} is not valid by itself")
        is_package = spec.submodule_search_locations is not None
        yield name, spec.origin, spec.cached, is_package, data[_PYC_HEADER:]


def write(path: str = PATH) -> None:
    """Write the file, of what this process has imported."""
    index: dict[str, tuple[str, str, bool, int, int]] = {}
    code = b""
    for name, source, cached, is_package, data in _compiled():
        index[name] = (source, cached, is_package, len(code), len(data))
        code += data
    head = marshal.dumps(index, _VERSION)
    with open(path, "wb") as file:
        file.write(len(head).to_bytes(_SIZE, _ORDER) + head + code)
