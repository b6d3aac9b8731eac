"""A query's result, read as a stream: the rows asked for, a count of all, a file of the whole."""

import contextlib
import json
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from power_worker.limits import MAX_DATA

from .sql_file import ResultFile
from .values import safe

#: Bytes of rows in an answer: the columns need room too, and other JSON writers may need more.
_MAX_ROWS_BYTES = MAX_DATA // 2
#: Seconds that rows beyond those asked for are read on, to count them and to keep them.
COUNT_SECONDS = 30.0


class Answer:
    """Gathers one result."""

    def __init__(self, limit: int, offset: int, path: Path) -> None:
        self._limit, self._offset = limit, offset
        self._file = ResultFile(path)
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
        for batch in batches:
            if stop.is_set():
                break
            self._take(batch)
            late = late or (time.monotonic() + COUNT_SECONDS if self.cut else 0.0)
            if late and time.monotonic() > late:
                self.total = -1
                self.note = f"counting stopped after {COUNT_SECONDS:.0f} s: not kept as a file"
                break
        self._finish()

    def _take(self, batch: pa.RecordBatch) -> None:
        first = max(0, self._offset - self.total)
        self.total += batch.num_rows
        if not self.cut and first < batch.num_rows:
            wanted = min(batch.num_rows - first, self._limit - len(self.rows))
            self.cut = self._add(batch.slice(first, wanted)) < batch.num_rows - first
        self._file.add(batch, needed=self.cut)

    def _add(self, batch: pa.RecordBatch) -> int:
        """Add rows as far as they fit into an answer, and return how many did."""
        columns = [column.to_pylist() for column in batch.columns]
        for count in range(batch.num_rows):
            row = [safe(column[count]) for column in columns]
            self._bytes += len(json.dumps(row, ensure_ascii=False).encode(errors="replace")) + 1
            if self._bytes > _MAX_ROWS_BYTES:
                return count
            self.rows.append(row)
        return batch.num_rows

    def _finish(self) -> None:
        if not self.cut or self.total < 0:
            self._file.drop("")
            return
        with contextlib.suppress(OSError):
            self.kept = self._file.close()
        self.note = self.note or self._file.why_not
