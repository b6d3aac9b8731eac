"""One query at work in a thread of its own."""

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import duckdb

from power_worker.outcome import RefusedError

from . import sql_types
from .sql_frames import prepared
from .sql_hints import missing_table
from .sql_names import named

if TYPE_CHECKING:
    from .registry import Registry
    from .sql_answer import Answer
    from .sql_connection import Connection

#: Rows of one batch, DuckDB's own vectors: any of them may hold a megabyte of text.
_BATCH = 2048
#: Times that a query is tried again because a view of it needs one more DataFrame.
_MAX_RETRIES = 20
#: Characters of a column's name and type: an ENUM's lists all its values.
_MAX_NAME = 200
#: Names of the only column of a statement that has no rows to show.
_NO_ROWS = ("Success", "Count")


class Work(threading.Thread):
    """Runs SQL into an answer. What goes wrong is kept for who waits."""

    def __init__(
        self,
        connection: "Connection",
        registry: "Registry",
        sql: str,
        answer: "Answer",
    ) -> None:
        super().__init__(name="query", daemon=True)
        self._connection, self._registry = connection, registry
        self._tables = {table.casefold() for table in connection.tables()}
        self._sql, self._answer = sql, answer
        self._shown: list[str] = []
        self.stop = threading.Event()
        self.columns: list[dict[str, str]] = []
        self.notes: list[str] = []
        self.error: Exception | None = None

    def run(self) -> None:
        """Show the query the DataFrames that it names, only for its time, and answer it."""
        try:
            frames = dict(self._registry.frames())
            for name in named(self._sql, frames):
                if self.stop.is_set():
                    return
                self._show(name, frames[name])
            self._ask()
        except Exception as error:
            self.error = error
        finally:
            for name in self._shown:
                with contextlib.suppress(duckdb.Error):
                    self._connection.duckdb.unregister(name)

    def _show(self, name: str, frame: Any) -> None:
        if not frame.shape[1]:
            raise RefusedError("sql_error", f"the DataFrame {name} has no columns")
        ready, notes = prepared(frame)
        try:
            self._connection.duckdb.register(name, ready)
        except duckdb.CatalogException:
            self.notes.append(f"{name} is a temporary table made in SQL, not the DataFrame")
            return
        self._shown.append(name)
        if name.casefold() in self._tables:
            self.notes.append(f"{name} is the DataFrame; SQL's own table is memory.main.{name}")
        self.notes += [f"{name}: {note}" for note in notes]

    def _ask(self) -> None:
        """Answer; a view may need DataFrames that the query itself does not name."""
        for _ in range(_MAX_RETRIES):
            try:
                return self._once()
            except duckdb.CatalogException as error:
                name = missing_table(str(error))
                frame = dict(self._registry.frames()).get(name)
                if frame is None or name in self._shown:
                    raise
                self._show(name, frame)
        return self._once()

    def _once(self) -> None:
        if self.stop.is_set():
            return
        relation = self._connection.duckdb.sql(self._sql)
        if relation is None:
            raise duckdb.ParserException("the query is empty: send one SELECT")
        kinds = zip(relation.columns, relation.types, strict=True)
        columns = [
            {"name": n[:_MAX_NAME], "type": str(kind).strip('"')[:_MAX_NAME]} for n, kind in kinds
        ]
        with contextlib.closing(sql_types.shown(relation).to_arrow_reader(_BATCH)) as batches:
            self._answer.read(batches, self.stop)  # a reader left open would block the next query
        if not self._answer.total and len(columns) == 1 and columns[0]["name"] in _NO_ROWS:
            columns = []
        self.columns = columns
