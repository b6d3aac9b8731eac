"""Thread pools that do not read the environment: they would count the host's processors."""

import functools
from types import ModuleType
from typing import Any

from .after_import import AfterImport
from .environment import cpus
from .needs import Needs


def watch(imports: AfterImport, needs: Needs) -> None:
    """Bound DuckDB's threads, of new connections and of the default one.

    The default connection is made at the first cell that names duckdb: it starts threads, and the
    zygote must have none.
    """
    imports.add("duckdb", _bound_new)
    needs.on_name("duckdb", _bound_default)


def _bound_new(duckdb: ModuleType) -> None:
    connect = duckdb.connect

    @functools.wraps(connect)
    def bounded(
        database: Any = ":memory:", read_only: bool = False, config: Any = None, **more: Any
    ) -> Any:
        return connect(database, read_only, {"threads": cpus(), **(config or {})}, **more)

    duckdb.connect = bounded


def _bound_default() -> None:
    import duckdb

    duckdb.execute(f"SET threads = {cpus()}")
