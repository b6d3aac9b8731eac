"""SQL over the session's DataFrames and files, by DuckDB."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from power_worker.outcome import RefusedError

from .sql_kept import KeptResults

if TYPE_CHECKING:
    from .registry import Registry
    from .sql_answer import Answer
    from .sql_connection import Connection
    from .sql_work import Work

#: Rows that one answer may have, whatever is asked for.
MAX_LIMIT = 100_000
#: Characters of an error: it repeats the line of SQL that it is about.
_MAX_ERROR = 4000
#: What follows in an error are settings that the sandbox's limits leave no room for.
_SETTINGS = "\nPossible solutions:"
#: Seconds to wait for DuckDB to stop, and how often it is told so.
_STOP_WAIT = 3.0
_STOP_TRIES = 30


class Database:
    """One in-memory database for a kernel: what a query creates is there for the next."""

    def __init__(self, registry: "Registry") -> None:
        self._registry = registry
        self._kept = KeptResults()
        self._connection: Connection | None = None
        self._work: Work | None = None

    def query(
        self, sql: str, *, limit: int, offset: int, folder: Path, run_id: str
    ) -> dict[str, Any]:
        """Run SQL and return wire.Table: rows of the last statement's result.

        DuckDB does not look for an interrupt by itself, so it works in another thread.
        """
        from .sql_answer import Answer
        from .sql_file import ResultFile

        name = f"outputs/{run_id}.parquet"
        first = offset <= 0 or self._kept.find(sql, folder) is None
        file = ResultFile(folder / name) if first else None
        answer = Answer(min(max(limit, 0), MAX_LIMIT), max(offset, 0), file)
        work = self._answered(sql, answer, folder)
        table = {"columns": work.columns, "rows": answer.rows, "total": answer.total}
        table |= {"cut": answer.cut}
        notes = [*work.notes, answer.note]
        if answer.kept:
            table["file"] = self._kept.settle(sql, folder, name, answer.total)
        elif answer.cut and not first:
            self._refer(table, notes, sql, folder)
        return table | {"notes": [note for note in notes if note]}

    def _refer(self, table: dict[str, Any], notes: list[str], sql: str, folder: Path) -> None:
        """Name the file that the first page has kept."""
        kept = self._kept.find(sql, folder)
        if kept is None:
            return
        if kept.total == table["total"]:
            table["file"] = kept.name
            notes.append("the file holds the result as it was at the query without an offset")
        elif table["total"] >= 0:
            notes.append(
                f"the result has changed since {kept.name} was written with {kept.total:,} rows; "
                "the query without an offset writes it anew"
            )

    def _answered(self, sql: str, answer: "Answer", folder: Path) -> "Work":
        """Have the query answered; raises RefusedError in DuckDB's own words."""
        from .sql_work import Work

        notes: list[str] = []
        connection = self._opened(folder, notes)
        connection.prepare()
        work = self._work = Work(connection, self._registry, sql, answer)
        work.notes += notes
        work.start()
        try:
            work.join()
        except BaseException:
            self._stop(connection, work)
            raise
        finally:
            if not work.is_alive():
                connection.relax()
        if work.error is not None:
            raise self._explained(connection, work.error, sql, folder) from None
        return work

    def _opened(self, folder: Path, notes: list[str]) -> "Connection":
        """Return the database, a new one while a query that would not stop holds the old one."""
        from .sql_connection import Connection

        if self._work is not None and self._work.is_alive():
            self._stop(self._connection, self._work)
            if self._work.is_alive():
                self._connection = self._work = None
                notes.append(
                    "an earlier query that was stopped still holds the tables that SQL has made: "
                    "this one runs without them"
                )
        if self._connection is None:
            self._connection = Connection(folder)
        return self._connection

    def _stop(self, connection: "Connection | None", work: "Work") -> None:
        """Stop a query, as far as it does so in time. Between two statements it would not hear."""
        work.stop.set()
        for _ in range(_STOP_TRIES):
            if connection is not None:
                connection.duckdb.interrupt()
            work.join(_STOP_WAIT / _STOP_TRIES)
            if not work.is_alive():
                return

    def _explained(
        self, connection: "Connection", error: Exception, sql: str, folder: Path
    ) -> Exception:
        import duckdb

        from .sql_hints import Scope

        if isinstance(error, (RefusedError, MemoryError)):
            return error
        text = str(error).split(_SETTINGS)[0].strip()
        if isinstance(error, (duckdb.FatalException, duckdb.InternalException)):
            self._connection = None
        elif "transaction is aborted" in text:
            connection.duckdb.rollback()
        scope = Scope(self._registry, connection.tables(), folder)
        return RefusedError("sql_error", text[:_MAX_ERROR], scope.hint(text, sql))
