"""The whole of a result that was cut, as a Parquet file."""

import contextlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

#: Bytes of the file; a larger result is not kept.
MAX_BYTES = 512 << 20
#: Bytes that wait in memory to know whether the file is needed.
_MAX_WAITING = 64 << 20


class ResultFile:
    """Writes batches once it is known that the file is needed, or too many wait for that."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._early: list[pa.RecordBatch] = []
        self._waiting = 0
        self._writer: pq.ParquetWriter | None = None
        self._dropped = False
        #: Why there is no file.
        self.why_not = ""

    def add(self, batch: pa.RecordBatch, *, needed: bool) -> None:
        """Take a batch; needed says that the result is known to be cut."""
        if self._dropped:
            return
        if not needed and self._writer is None and self._waiting < _MAX_WAITING:
            self._waiting += batch.nbytes
            self._early.append(batch)
            return
        try:
            self._write(batch)
        except (OSError, pa.ArrowException) as error:
            self.drop(f"the whole result was not kept as a file: {error}")

    def close(self) -> bool:
        """Finish the file and say whether it holds everything."""
        writer, self._writer = self._writer, None
        if writer is None:
            return False
        try:
            writer.close()
        except (OSError, pa.ArrowException) as error:
            self.drop(f"the whole result was not kept as a file: {error}")
            return False
        return True

    def drop(self, reason: str) -> None:
        """Keep no file: one that ends early would pass for the whole."""
        self._dropped, self.why_not = True, reason
        self._early.clear()
        writer, self._writer = self._writer, None
        if writer is not None:
            with contextlib.suppress(OSError, pa.ArrowException):
                writer.close()
            self._path.unlink(missing_ok=True)

    def _write(self, batch: pa.RecordBatch) -> None:
        if self._writer is None:
            self._path.parent.mkdir(exist_ok=True)
            self._writer = pq.ParquetWriter(self._path, batch.schema)
            for early in self._early:
                self._writer.write_batch(early)
            self._early.clear()
        self._writer.write_batch(batch)
        if self._path.stat().st_size > MAX_BYTES:
            self.drop(f"the whole result is larger than {MAX_BYTES >> 20} MB: not kept as a file")
