"""One query at work in a thread of its own."""

import contextlib
import re
import threading
from typing import TYPE_CHECKING, Any

import duckdb

from power_worker.outcome import RefusedError

from .sql_frames import prepared
from .sql_hints import missing_table

if TYPE_CHECKING:
    from .registry import Registry
    from .sql_answer import Answer

#: Rows of one batch.
_BATCH = 16_384
#: Times that a query is tried again because a view of it needs one more DataFrame.
_MAX_RETRIES = 20
_WORD = re.compile(r"[^\W\d]\w*")


class Work(threading.Thread):
    """Runs SQL into an answer. What goes wrong is kept for who waits."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        registry: "Registry",
        sql: str,
        answer: "Answer",
    ) -> None:
        super().__init__(name="query", daemon=True)
        self._connection, self._registry = connection, registry
        self._sql, self._answer = sql, answer
        self._shown: list[str] = []
        self.stop = threading.Event()
        self.columns: list[dict[str, str]] = []
        self.notes: list[str] = []
        self.error: Exception | None = None

    def run(self) -> None:
        """Show the query the DataFrames that it names, only for its time, and answer it."""
        try:
            self._show_named()
            self._ask()
        except Exception as error:
            self.error = error
        finally:
            for name in self._shown:
                with contextlib.suppress(duckdb.Error):
                    self._connection.unregister(name)

    def _show_named(self) -> None:
        words = {word.casefold() for word in _WORD.findall(self._sql)}
        for name, frame in self._registry.frames():
            if name.casefold() in words:
                self._show(name, frame)

    def _show(self, name: str, frame: Any) -> None:
        ready, as_text = prepared(frame)
        if not len(ready.columns):
            raise RefusedError("sql_error", f"the DataFrame {name} has no columns")
        if as_text:
            columns = ", ".join(column[:80] for column in as_text[:10])
            self.notes.append(f"{name}: read as text, for SQL has no such type: {columns}")
        self._connection.register(name, ready)
        self._shown.append(name)

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
        relation = self._connection.sql(self._sql)
        if relation is None:
            raise duckdb.ParserException("the query is empty: send one SELECT")
        kinds = zip(relation.columns, relation.types, strict=True)
        self.columns = [{"name": str(n), "type": str(kind).strip('"')} for n, kind in kinds]
        self._answer.read(relation.to_arrow_reader(_BATCH), self.stop)
