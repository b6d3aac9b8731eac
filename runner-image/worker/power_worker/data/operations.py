"""The kernel's operations on data, by their names in wire.Run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from power_worker.outcome import Outcome

from . import describe, memory
from .query import Database
from .registry import Registry

_LOAD_LESS = (
    "query_dataset reads a file without loading it (SELECT ... FROM 'name.csv'); or read a part in "
    "execute_code (usecols=, nrows=, chunksize=); del frees what is no longer needed"
)
_ASK_LESS = "ask for fewer columns or rows, or aggregate; del frees DataFrames no longer needed"


class Operations:
    """What load, query and datasets do in one kernel."""

    def __init__(self, namespace: dict[str, Any], folder: Callable[[], Path]) -> None:
        self._folder = folder
        self._registry = Registry(namespace)
        self._database = Database(self._registry)

    def by_name(self) -> dict[str, Callable[[str, dict[str, Any]], Outcome]]:
        """Return each operation under its name."""
        return {"load": self._load, "query": self._query, "datasets": self._datasets}

    def _load(self, _id: str, args: dict[str, Any]) -> Outcome:
        from . import loader

        name = str(args.get("name", ""))
        self._registry.check_name(name)
        file = str(args.get("file", ""))
        with memory.enough(f"loading {file}", _LOAD_LESS):
            loaded = loader.load(
                self._folder(), file, str(args.get("sheet") or ""), str(args.get("delimiter") or "")
            )
        self._registry.add(name, loaded)
        return Outcome(data=describe.dataset(name, loaded.frame, loaded, preview=True))

    def _query(self, run_id: str, args: dict[str, Any]) -> Outcome:
        with memory.enough("the query", _ASK_LESS):
            table = self._database.query(
                str(args.get("sql", "")),
                limit=int(args.get("limit", 1000)),
                offset=int(args.get("offset", 0)),
                folder=self._folder(),
                run_id=run_id,
            )
        return Outcome(data=table)

    def _datasets(self, _id: str, _args: dict[str, Any]) -> Outcome:
        return Outcome(data=self._registry.describe())
