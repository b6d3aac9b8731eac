"""SQL over the session's DataFrames and files, by DuckDB."""

import contextlib
import json
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from power_worker.limits import MAX_DATA
from power_worker.outcome import RefusedError

from .values import safe

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from .registry import Registry

#: Rows that are fetched at a time: what a count or a file streams through.
_BATCH = 50_000
#: Bytes of the whole result that a cut query saves.
_MAX_SAVED = 512 << 20
#: DuckDB's share of the sandbox's memory; the DataFrames need the rest.
_MEMORY_SHARE = 0.5
#: Seconds between looks for an interrupt while DuckDB works.
_TICK = 0.05


class Database:
    """One in-memory database for a kernel: what a query creates is there for the next."""

    def __init__(self, registry: "Registry") -> None:
        self._registry = registry
        self._connection: duckdb.DuckDBPyConnection | None = None

    def query(
        self, sql: str, *, limit: int, offset: int, folder: Path, run_id: str
    ) -> dict[str, Any]:
        """Run SQL and return wire.Table: rows of the last statement's result."""
        import duckdb

        connection = self._open(duckdb)
        try:
            statements = connection.extract_statements(sql)
            if not statements:
                raise RefusedError(
                    "sql_error", "the query is empty", "send one SELECT, such as SELECT * FROM df"
                )
            with self._registered(connection, sql):
                for statement in statements[:-1]:
                    _interruptible(connection, lambda s=statement: connection.execute(s))
                _interruptible(connection, lambda: connection.execute(statements[-1]))
                return _Result(connection, folder, run_id).table(limit, offset)
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except duckdb.Error as error:
            raise self._explained(error) from None

    def _open(self, duckdb: Any) -> "duckdb.DuckDBPyConnection":
        if self._connection is None:
            self._connection = duckdb.connect(
                ":memory:",
                config={
                    "threads": max(1, int(os.environ.get("POWER_CPUS", "1"))),
                    "memory_limit": f"{int(_memory() * _MEMORY_SHARE) >> 20}MiB",
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                    "temp_directory": "/tmp/duckdb",
                    "python_enable_replacements": "false",
                },
            )
        return self._connection

    @contextlib.contextmanager
    def _registered(self, connection: "duckdb.DuckDBPyConnection", sql: str) -> Iterator[None]:
        """Show the query the DataFrames that it names, and only for its time."""
        words = {word.casefold() for word in re.findall(r"\w+", sql)}
        shown = []
        for name, frame in self._registry.frames():
            if name.casefold() in words:
                connection.register(name, _presentable(frame))
                shown.append(name)
        try:
            yield
        finally:
            for name in shown:
                connection.unregister(name)

    def _explained(self, error: Exception) -> RefusedError:
        text = str(error).strip()
        hint = ""
        if "does not exist" in text and "Table" in text:
            names = self._registry.names()
            there = ", ".join(names[:50])
            hint = (
                f"DataFrames there are: {there}"
                if names
                else "there is no DataFrame yet: load_dataset first"
            )
            hint += "; a file is FROM 'name.csv'"
        return RefusedError("sql_error", text[:4000], hint)


def _presentable(frame: Any) -> Any:
    """Return a frame that DuckDB takes: labels as text, mixed columns as text."""
    import numpy as np

    labels = [str(label) for label in frame.columns]
    mixed = [
        i
        for i, kind in enumerate(frame.dtypes)
        if isinstance(kind, np.dtypes.ObjectDType) and _is_mixed(frame.iloc[:, i])
    ]
    if labels == list(frame.columns) and not mixed:
        return frame
    shown = frame.copy(deep=False)
    shown.columns = labels
    for i in mixed:
        column = frame.iloc[:, i]
        shown.isetitem(i, column.map(str, na_action="ignore"))
    return shown


def _is_mixed(column: Any) -> bool:
    """Tell a column of several types, or of integers beyond 64 bits, by all its values."""
    import pandas as pd

    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind == "integer":
        return not column.dropna().between(-(2**63), 2**63 - 1).all()
    return kind.startswith("mixed") and not _same_containers(column)


def _same_containers(column: Any) -> bool:
    kinds = {type(value) for value in column.dropna()}
    return len(kinds) == 1 and next(iter(kinds)) in (list, dict)


class _Result:
    """The open result of a connection's last statement."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection", folder: Path, run_id: str) -> None:
        self._connection = connection
        self._file = folder / "outputs" / f"{run_id}.parquet"
        self._name = f"outputs/{run_id}.parquet"

    def table(self, limit: int, offset: int) -> dict[str, Any]:
        """Return the rows asked for, and count the rest as it streams by."""
        described = self._connection.description or []
        columns = [{"name": str(d[0]), "type": str(d[1])} for d in described]
        if not columns:
            return {"columns": [], "rows": [], "total": 0, "cut": False}
        reader = self._connection.to_arrow_reader(_BATCH)
        rows: list[list[Any]] = []
        kept: list[pa.RecordBatch] = []
        total = size = 0
        saver: _Saver | None = None
        while (batch := self._next(reader)) is not None:
            first, last = max(offset - total, 0), min(offset + limit - total, batch.num_rows)
            if first < last and size <= MAX_DATA:
                size += _append(rows, batch.slice(first, last - first), MAX_DATA // 2 - size)
            total += batch.num_rows
            if saver is None and (total > offset + limit or total - offset > len(rows) > 0):
                saver = _Saver(self._file, reader.schema, kept)
            if saver is None:
                kept.append(batch)
            else:
                saver.add(batch)
        cut = total > offset + len(rows) and total > offset
        table: dict[str, Any] = {"columns": columns, "rows": rows, "total": total, "cut": cut}
        if saver is not None and saver.close() and cut:
            table["file"] = self._name
        return table

    def _next(self, reader: "pa.RecordBatchReader") -> "pa.RecordBatch | None":
        try:
            return _interruptible(self._connection, reader.read_next_batch)
        except StopIteration:
            return None


def _append(rows: list[list[Any]], batch: "pa.RecordBatch", room: int) -> int:
    """Add rows while there is room in bytes, and return how many were taken up."""
    size = 0
    columns = [[safe(value) for value in column.to_pylist()] for column in batch.columns]
    for row in zip(*columns, strict=True):
        size += len(json.dumps(row, ensure_ascii=False).encode()) + 1
        if size > room:
            return MAX_DATA + 1
        rows.append(list(row))
    return size


class _Saver:
    """Writes a cut result to a Parquet file, as far as its bound and the disk go."""

    def __init__(self, path: Path, schema: "pa.Schema", earlier: "list[pa.RecordBatch]") -> None:
        self._path = path
        self._writer: Any = None
        self._sink: Any = None
        self._whole = True
        with contextlib.suppress(Exception):
            import pyarrow as pa
            import pyarrow.parquet as pq

            path.parent.mkdir(exist_ok=True)
            self._sink = pa.OSFile(str(path), "wb")
            self._writer = pq.ParquetWriter(self._sink, schema)
        for batch in earlier:
            self.add(batch)

    def add(self, batch: "pa.RecordBatch") -> None:
        """Write a batch, unless something went wrong before."""
        if self._writer is None or not self._whole:
            return
        try:
            self._writer.write_batch(batch)
            self._whole = self._sink.tell() <= _MAX_SAVED
        except Exception:
            self._whole = False

    def close(self) -> bool:
        """Finish the file; False, and no file, if it does not hold the whole result."""
        if self._writer is not None:
            with contextlib.suppress(Exception):
                self._writer.close()
                self._sink.close()
        if self._writer is None or not self._whole:
            self._path.unlink(missing_ok=True)
            return False
        return True


def _interruptible[T](connection: "duckdb.DuckDBPyConnection", work: Any) -> T:
    """Do DuckDB's work in a thread, so that a SIGINT here stops it."""
    done = threading.Event()
    answer: list[Any] = []
    failure: list[BaseException] = []

    def body() -> None:
        try:
            answer.append(work())
        except BaseException as error:
            failure.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=body, name="duckdb", daemon=True)
    thread.start()
    try:
        while not done.wait(_TICK):
            pass
    except KeyboardInterrupt:
        connection.interrupt()
        done.wait()
        raise
    thread.join()
    if failure:
        raise failure[0]
    return answer[0]


def _memory() -> int:
    """Return the sandbox's memory limit in bytes (cgroup v2, then v1), 4 GiB if unknown."""
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            return min(int(Path(name).read_text()), 1 << 40)
    return 4 << 30
