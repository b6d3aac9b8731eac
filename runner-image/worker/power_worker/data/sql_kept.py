"""Which results this kernel has kept as files, so that the pages of one share a file."""

import filecmp
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

#: Queries that are remembered.
_MAX = 100


@dataclass
class Kept:
    """A query's whole result in a file."""

    name: str
    total: int
    #: Of the file as it was written: device, inode, size and time.
    mark: tuple[int, ...]


class KeptResults:
    """Remembers queries by their text."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def find(self, sql: str, folder: Path) -> Kept | None:
        """Return what is kept of a query, unless the file was changed or is gone."""
        kept = self._kept.get(sql)
        if kept is not None and _mark(folder / kept.name) != kept.mark:
            del self._kept[sql]
            return None
        return kept

    def settle(self, sql: str, folder: Path, name: str, total: int) -> str:
        """Return the file to name for a result just written: an earlier one if it is the same."""
        kept = self.find(sql, folder)
        if kept is not None and filecmp.cmp(folder / kept.name, folder / name, shallow=False):
            (folder / name).unlink()
            return kept.name
        self._kept[sql] = Kept(name, total, _mark(folder / name))
        self._kept.move_to_end(sql)
        if len(self._kept) > _MAX:
            self._kept.popitem(last=False)
        return name


def _mark(path: Path) -> tuple[int, ...]:
    try:
        info = path.stat()
    except OSError:
        return ()
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns
