"""Thread pools that do not read the environment: they would count the host's processors."""

import functools
from types import ModuleType
from typing import Any

from .after_import import AfterImport
from .environment import cpus
from .needs import Needs

#: In a notebook DuckDB draws progress bars, which are noise in a text.
_QUIET = "SET enable_progress_bar = false"


def watch(imports: AfterImport, needs: Needs) -> None:
    """Bound DuckDB's threads, and keep it quiet: of new connections and of the default one.

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
        made = connect(database, read_only, {"threads": cpus(), **(config or {})}, **more)
        made.execute(_QUIET)
        return made

    duckdb.connect = bounded


def _bound_default() -> None:
    import duckdb

    duckdb.execute(f"SET threads = {cpus()}")
    duckdb.execute(_QUIET)
