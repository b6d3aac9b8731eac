"""What to do about an SQL error."""

import difflib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .registry import Registry

_MISSING = r"Table with name (.+?) does not exist"
_URL = re.compile(r"\w+://")
_NO_NETWORK = (
    "the sandbox has no network and no further extensions of DuckDB: fetch_from_url brings files, "
    "load_dataset reads workbooks, sqlite3 or sqlalchemy in execute_code read SQLite"
)
_BROKEN_TEXT = (
    "a text in a DataFrame is broken; mend its column in execute_code: "
    "df[c] = df[c].str.encode('utf-8', 'replace').str.decode('utf-8')"
)
_READ_ONLY = (
    "SQL reads DataFrames and does not change them: do it in execute_code, or in a copy "
    "(CREATE TABLE t AS FROM df); a table that a DataFrame of its name hides is memory.main.t"
)
_MAX_NAMED = 50
_MAX_FILES = 20
_MAX_COLUMNS = 40


def missing_table(text: str) -> str:
    """Return the table that an error says does not exist, empty for another error."""
    match = re.search(_MISSING, text)
    return match[1] if match else ""


@dataclass
class Scope:
    """What a query could have named."""

    registry: Registry
    tables: list[str]
    folder: Path

    def hint(self, text: str, sql: str) -> str:
        """Return what to do next, empty where the error itself says it."""
        for pattern, advice in _ADVICE:
            if match := re.search(pattern, text):
                found = advice if isinstance(advice, str) else advice(self, match[1] or "", sql)
                if found:
                    return found
        return ""

    def _of_table(self, name: str, _sql: str) -> str:
        value = self.registry.get(name)
        if value is not None:
            how = f"{name}.to_frame('x')" if hasattr(value, "to_frame") else f"pd.DataFrame({name})"
            return f"{name} is a {type(value).__name__}, no DataFrame: df = {how} makes one"
        if "/" in name or "." in name:
            return self._files(name, "")
        known = list(dict.fromkeys([*self.registry.names(), *self.tables]))
        there = f"tables there are: {', '.join(known[:_MAX_NAMED])}"
        near = difflib.get_close_matches(name.casefold(), {n.casefold() for n in known})
        named = [n for n in known if n.casefold() in near]
        files = [f for f in self._names() if Path(f).stem == name]
        parts = [f"near in name: {', '.join(named)}"] if named else []
        parts += [f"as a file it is FROM {files[0]!r}"] if files else []
        parts.append(there if known else "there is no DataFrame yet")
        return "; ".join([*parts, "load_dataset makes one, and a file is FROM 'name.csv'"])

    def _of_word(self, word: str, _sql: str) -> str:
        there = word in self.registry.names()
        return f'{word} is also a word of SQL: write FROM "{word}"' if there else ""

    def _of_file(self, name: str, _sql: str) -> str:
        if _URL.match(name) or "/.duckdb/extensions" in name:
            return _NO_NETWORK
        here = Path.cwd()
        moved = f" (code has moved to {here} with os.chdir)" if here != self.folder else ""
        return f"SQL reads and writes files of the session's folder only: {self.folder}{moved}"

    def _of_columns(self, table: str, _sql: str) -> str:
        frame: Any = self.registry.get(table)
        if not hasattr(frame, "columns"):
            return ""
        labels = [str(label) for label in frame.columns[:_MAX_COLUMNS]]
        return f"columns of {table}: {', '.join(labels)}"

    def _of_text(self, column: str, sql: str) -> str:
        quoted = f'"{column}"' in sql
        return f"if it is text, write '{column}': double quotes are for names" if quoted else ""

    def _files(self, _name: str, _sql: str) -> str:
        names = self._names()
        more = ", ..." if len(names) > _MAX_FILES else ""
        return (
            f"files there are: {', '.join(names[:_MAX_FILES])}{more}"
            if names
            else ("the session's folder has no files: fetch_from_url or upload_file first")
        )

    def _names(self) -> list[str]:
        names = []
        for folder, folders, files in os.walk(self.folder):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            names += [os.path.relpath(os.path.join(folder, f), self.folder) for f in sorted(files)]
            if len(names) > _MAX_FILES:
                break
        return names


#: What an error is recognised by, and what then helps: the first that has something to say.
_ADVICE: tuple[tuple[str, str | Callable[[Scope, str, str], str]], ...] = (
    (
        r"\.(xlsx?|xlsm|xlsb)\b",
        "a workbook is no table for SQL: load_dataset first, then query its name",
    ),
    (_MISSING, Scope._of_table),
    (r'syntax error at or near "(\w+)"', Scope._of_word),
    (r'No files found that match the pattern "(.+?)"', Scope._files),
    (r'Cannot access (?:file|directory) "(.+?)"', Scope._of_file),
    (
        r"^Out of Memory|Allocation failure",
        "ask for fewer columns or rows, or aggregate; the session's variables are kept",
    ),
    (r"[Ee]xtension|home directory", _NO_NETWORK),
    (r"transaction is aborted", "the transaction was rolled back: begin it again"),
    (
        r"surrogate",
        _BROKEN_TEXT,
    ),
    (
        r"is of type View|is not an table|base table",
        _READ_ONLY,
    ),
    (r'Values list "(.+?)" does not have a column', Scope._of_columns),
    (r'Referenced column "(.+?)" (?:was )?not found', Scope._of_text),
)
