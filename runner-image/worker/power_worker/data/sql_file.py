"""The whole of a result that was cut, as a Parquet file."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

#: Bytes of the file; a larger result is not kept.
MAX_BYTES = 512 << 20
#: Bytes that wait in memory to know whether the file is needed.
_MAX_WAITING = 64 << 20
#: Rows and bytes that are written together: a group of rows in the file.
_GROUP_ROWS = 128 << 10
_GROUP_BYTES = 32 << 20


class ResultFile:
    """Writes batches once it is known that the file is needed, or too many wait for that."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[pa.RecordBatch] = []
        self._bytes = self._rows = 0
        self._writer: pq.ParquetWriter | None = None
        self._dropped = False
        #: Why there is no file.
        self.why_not = ""

    def add(self, batch: pa.RecordBatch, *, needed: bool) -> None:
        """Take a batch; needed says that the result is known to be cut."""
        if self._dropped:
            return
        self._waiting.append(batch)
        self._bytes += batch.nbytes
        self._rows += batch.num_rows
        full = self._rows >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES
        if (needed and full) or self._bytes >= _MAX_WAITING:
            self._try(self._write)

    def close(self) -> bool:
        """Finish the file and say whether it holds everything."""
        if not self._dropped:
            self._try(self._finish)
        return not self._dropped

    def drop(self, reason: str = "") -> None:
        """Keep no file: one that ends early would pass for the whole."""
        self._dropped, self.why_not = True, reason
        self._waiting.clear()
        writer, self._writer = self._writer, None
        if writer is not None:
            with contextlib.suppress(OSError, pa.ArrowException):
                writer.close()
            self._path.unlink(missing_ok=True)

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except (OSError, pa.ArrowException) as error:
            self.drop(f"the whole result was not kept as a file: {error}")

    def _write(self) -> None:
        if not self._waiting:
            return
        group = pa.Table.from_batches(self._waiting)
        group = group.rename_columns(_unlike(group.column_names))
        self._waiting.clear()
        self._bytes = self._rows = 0
        if self._writer is None:
            self._path.parent.mkdir(exist_ok=True)
            self._writer = pq.ParquetWriter(self._path, group.schema)
        self._writer.write_table(group)
        if self._path.stat().st_size > MAX_BYTES:
            self.drop(f"the whole result is larger than {MAX_BYTES >> 20} MB: not kept as a file")

    def _finish(self) -> None:
        self._write()
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _unlike(names: list[str]) -> list[str]:
    """Give columns of one name a number each: readers of Parquet refuse two alike."""
    unlike: list[str] = []
    given, taken = set(names), set[str]()
    for name in names:
        new, count = name, 0
        while new in taken or (count and new in given):
            count += 1
            new = f"{name}_{count}"
        taken.add(new)
        unlike.append(new)
    return unlike
