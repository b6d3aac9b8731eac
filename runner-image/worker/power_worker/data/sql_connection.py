"""DuckDB opened for one session: within its memory, its folder and its processors."""

import contextlib
from pathlib import Path

import duckdb

from power_worker.environment import cpus
from power_worker.memory_limit import memory_limit

from . import memory

#: DuckDB's share of the sandbox's memory, and of what of it is free: the DataFrames need the rest.
_SHARE_OF_ALL = 0.5
_SHARE_OF_FREE = 0.8
#: Where DuckDB puts what does not fit into its memory, below the session's folder (/tmp is memory
#: itself), and how many bytes at most.
_SPILL = ".duckdb"
_MAX_SPILL = 1 << 30
#: Its files there: all of them, and the one that is left when nothing is spilled any more.
_SPILLED = "duckdb_temp_*"
_MARK = "duckdb_temp_*_owner"


class Connection:
    """A database in memory. What a query creates in it is there for the next one."""

    def __init__(self, folder: Path) -> None:
        self._spill = folder / _SPILL
        self._has_spilled = False
        self._tidy(_SPILLED)  # a kernel that was killed has left them
        self.duckdb = duckdb.connect(
            ":memory:",
            config={
                "threads": cpus(),
                "temp_directory": str(self._spill),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "python_enable_replacements": "false",  # it would find our own variables
            },
        )
        self._own = self.duckdb.cursor()  # settings do not wait for a transaction of the user's
        self._set("enable_progress_bar = false")
        # In the config of connect it would not bind (2.0.0).
        self._set(f"max_temp_directory_size = '{_MAX_SPILL >> 20}MiB'")
        self._confine(folder)

    def _confine(self, folder: Path) -> None:
        """Keep SQL to the session's files; what is set here cannot be undone."""
        # So that x is found, and {session_id}/x, wherever code has gone with os.chdir.
        self._set(f"GLOBAL file_search_path = {_quoted(f'{folder},{folder.parent}')}")
        self._set(f"allowed_directories = [{_quoted(f'{folder}/')}]")
        self._set("enable_external_access = false")

    def prepare(self) -> None:
        """Bound a query by what the sandbox has free now, whatever an earlier one has set."""
        if self._has_spilled:
            self._spill.mkdir(exist_ok=True)  # DuckDB itself makes it only once
        held = self._own.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()").fetchone()
        mine = int(held[0] or 0) if held else 0
        bound = min(memory_limit() * _SHARE_OF_ALL, mine + memory.free() * _SHARE_OF_FREE)
        with contextlib.suppress(duckdb.Error):  # its tables may hold more by now
            self._set(f"memory_limit = '{int(bound) >> 20}MiB'")

    def relax(self) -> None:
        """Give back what a query took: threads keep the memory they freed as long as they live."""
        with contextlib.suppress(duckdb.Error):
            self._set("threads = 1")
            self._set(f"threads = {cpus()}")
        self._tidy(_MARK)

    def tables(self) -> list[str]:
        """Return the tables and views that SQL has made."""
        made = "SELECT table_name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views() "
        try:
            found = self._own.execute(f"{made} WHERE NOT internal ORDER BY 1").fetchall()
        except duckdb.Error:
            return []
        return [str(name) for (name,) in found]

    def _set(self, setting: str) -> None:
        self._own.execute(f"SET {setting}")

    def _tidy(self, pattern: str) -> None:
        with contextlib.suppress(OSError):
            self._has_spilled |= self._spill.is_dir()
            for file in self._spill.glob(pattern):
                file.unlink()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
