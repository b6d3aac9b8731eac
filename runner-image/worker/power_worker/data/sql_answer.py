"""A query's result, read as a stream: the rows asked for, a count of all, a file of the whole."""

import json
import threading
import time
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from power_worker.limits import MAX_DATA

from .sql_file import ResultFile
from .values import column

#: Bytes of rows in an answer: the columns need room too, and other JSON writers may need more.
_MAX_ROWS_BYTES = MAX_DATA // 2
#: Rows that are turned into values at once: each of them may hold long text.
_CHUNK = 128
#: Bytes that a character may take in JSON: an escaped one has 6.
_WIDEST = 6
#: Seconds that rows beyond those asked for are read on, to count them and to keep them.
COUNT_SECONDS = 30.0


class Answer:
    """Gathers one result. Without a file the whole is counted and not kept."""

    def __init__(self, limit: int, offset: int, file: ResultFile | None) -> None:
        self._limit, self._offset = limit, offset
        self._file = file
        self._bytes = 0
        self.rows: list[list[Any]] = []
        #: Rows of the whole result, -1 if they were not all read.
        self.total = 0
        self.cut = False
        #: Whether the file holds the whole result.
        self.kept = False
        #: What the reader should know.
        self.note = ""

    def read(self, batches: Iterable[pa.RecordBatch], stop: threading.Event) -> None:
        """Read a result to its end, or as far as is worth while, or until told to stop."""
        late = 0.0
        try:
            for batch in batches:
                if stop.is_set():
                    break
                self._take(batch)
                late = late or (time.monotonic() + COUNT_SECONDS if self.cut else 0.0)
                if late and time.monotonic() > late:
                    self.total = -1
                    self.note = f"counting stopped after {COUNT_SECONDS:.0f} s: not kept as a file"
                    break
        except BaseException:
            self.cut = False  # what was read so far is no result to keep
            raise
        finally:
            self._finish()

    def _take(self, batch: pa.RecordBatch) -> None:
        first = max(0, self._offset - self.total)
        self.total += batch.num_rows
        if not self.cut and first < batch.num_rows:
            wanted = min(batch.num_rows - first, self._limit - len(self.rows))
            self.cut = self._add(batch.slice(first, wanted)) < batch.num_rows - first
        if self._file is not None:
            self._file.add(batch, needed=self.cut)

    def _add(self, batch: pa.RecordBatch) -> int:
        """Add rows as far as they fit into an answer, and return how many did."""
        for start in range(0, batch.num_rows, _CHUNK):
            chunk = batch.slice(start, _CHUNK)
            columns = [column(values) for values in chunk.columns]
            for position in range(chunk.num_rows):
                row = [values[position] for values in columns]
                if (size := _size(row)) > _MAX_ROWS_BYTES:
                    row = [_clipped(value, _MAX_ROWS_BYTES // len(row)) for value in row]
                    size = _size(row)
                if self._bytes + size > _MAX_ROWS_BYTES and self.rows:
                    return start + position
                self._bytes += size
                self.rows.append(row)
        return batch.num_rows

    def _finish(self) -> None:
        if self._file is None:
            return
        if not self.cut or self.total < 0:
            self._file.drop()
            return
        self.kept = self._file.close()
        self.note = self.note or self._file.why_not


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode(errors="replace")) + 1


def _clipped(value: Any, room: int) -> Any:
    """Return a value as it is, or as text of so many bytes at most."""
    if _size(value) <= room:
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[: room // _WIDEST] + "…"
