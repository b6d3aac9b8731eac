"""SQL over the session's DataFrames and files, by DuckDB."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from power_worker.environment import cpus
from power_worker.memory_limit import memory_limit
from power_worker.outcome import RefusedError

from . import sql_hints

if TYPE_CHECKING:
    import duckdb

    from .registry import Registry

#: DuckDB's share of the sandbox's memory; the DataFrames need the rest.
_MEMORY_SHARE = 0.5
#: Rows that one answer may have, whatever is asked for.
MAX_LIMIT = 100_000
#: Characters of an error: it repeats the line of SQL that it is about.
_MAX_ERROR = 4000
#: Seconds to wait for DuckDB after it was told to stop.
_STOP_WAIT = 3.0


class Database:
    """One in-memory database for a kernel: what a query creates is there for the next."""

    def __init__(self, registry: "Registry") -> None:
        self._registry = registry
        self._connection: duckdb.DuckDBPyConnection | None = None

    def query(
        self, sql: str, *, limit: int, offset: int, folder: Path, run_id: str
    ) -> dict[str, Any]:
        """Run SQL and return wire.Table: rows of the last statement's result.

        DuckDB does not look for an interrupt by itself, so it works in another thread.
        """
        from .sql_answer import Answer
        from .sql_work import Work

        name = f"outputs/{run_id}.parquet"
        answer = Answer(min(max(limit, 0), MAX_LIMIT), max(offset, 0), folder / name)
        connection = self._open()
        work = Work(connection, self._registry, sql, answer)
        work.start()
        try:
            work.join()
        except BaseException:
            self._stop(connection, work)
            raise
        if isinstance(work.error, (RefusedError, MemoryError)):
            raise work.error
        if work.error is not None:
            raise self._explained(connection, work.error) from None
        table = {"columns": work.columns, "rows": answer.rows, "total": answer.total}
        table |= {"cut": answer.cut}
        if answer.kept:
            table["file"] = name
        for note in [*work.notes, answer.note]:
            if note:
                print(note)
        return table

    def _open(self) -> "duckdb.DuckDBPyConnection":
        import duckdb

        if self._connection is None:
            self._connection = duckdb.connect(
                ":memory:",
                config={
                    "threads": cpus(),
                    "memory_limit": f"{int(memory_limit() * _MEMORY_SHARE) >> 20}MiB",
                    "temp_directory": "",  # /tmp is memory too, and the folder is the user's
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                    "python_enable_replacements": "false",  # it would find our own variables
                },
            )
            self._connection.execute("SET enable_progress_bar = false")
        return self._connection

    def _stop(self, connection: "duckdb.DuckDBPyConnection", work: threading.Thread) -> None:
        work.stop.set()  # type: ignore[attr-defined]
        connection.interrupt()
        work.join(_STOP_WAIT)
        if work.is_alive():
            self._connection = None  # it is left behind, and the next query has a new one

    def _explained(self, connection: Any, error: Exception) -> RefusedError:
        import duckdb

        text = str(error).strip()
        if isinstance(error, (duckdb.FatalException, duckdb.InternalException)):
            self._connection = None
        elif "transaction is aborted" in text:
            connection.rollback()
        hint = sql_hints.hint(text, self._registry.names())
        return RefusedError("sql_error", text[:_MAX_ERROR], hint)
