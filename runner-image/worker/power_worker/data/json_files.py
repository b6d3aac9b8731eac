"""JSON documents and JSON lines."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from power_worker.outcome import RefusedError

from . import date_columns, encoding, file_kinds
from .json_tables import rows_of, table

#: Records of JSON lines that are gathered before they become part of the DataFrame.
_BATCH = 50_000
#: Characters of a broken line that are shown.
_MAX_LINE = 120


def read(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Read a document of any shape that is a table, or one record a line after all."""
    name, note = encoding.detect(path)
    notes = [note] if note else []
    text = path.read_text(name, errors="replace")
    if not text.strip():
        raise RefusedError("bad_file", f"{path.name} is empty: it has no text")
    try:
        document = _loads(path, text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and _is_json(text.split("\n", 1)[0]):
            notes.append("one JSON document a line (jsonl)")
            return _lines(path, text.split("\n"), notes), notes
        raise RefusedError(
            "bad_file",
            f"{path.name} is no JSON: line {error.lineno}, column {error.colno}: {error.msg}",
            file_kinds.instead_of_json(path),
        ) from None
    return _with_dates(table(path.name, document, notes), notes), notes


def read_lines(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Read one record a line; a broken line is named."""
    name, note = encoding.detect(path)
    notes = [note] if note else []
    with path.open(encoding=name, errors="replace") as file:
        first = next((line for line in file if line.strip()), "")
        file.seek(0)
        if first.lstrip().startswith("[") or not _is_json(first.strip().rstrip(",")):
            text = file.read()
            if _is_json(text):
                notes.append("one JSON document, not one record a line")
                return _with_dates(table(path.name, json.loads(text), notes), notes), notes
            file.seek(0)
        return _lines(path, file, notes), notes


def _lines(path: Path, lines: Iterable[str], notes: list[str]) -> pd.DataFrame:
    parts: list[pd.DataFrame] = []
    batch: list[Any] = []
    said: list[str] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            batch.append(_parsed(path, number, line.strip().rstrip(",")))
        if len(batch) >= _BATCH:
            parts.append(rows_of(path.name, batch, said))
            batch = []
    if batch:
        parts.append(rows_of(path.name, batch, said))
    if not parts:
        raise RefusedError("bad_file", f"{path.name} is empty: it has no line with JSON")
    notes += dict.fromkeys(said)
    frame = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    return _with_dates(frame, notes)


def _parsed(path: Path, number: int, line: str) -> Any:
    try:
        return _loads(path, line)
    except json.JSONDecodeError as error:
        raise RefusedError(
            "bad_file",
            f"{path.name}, line {number} is no JSON: {error.msg} at column {error.colno}: "
            f"{line[:_MAX_LINE]}",
            "mend or drop that line in execute_code, then load it again",
        ) from None


def _loads(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise RefusedError("bad_file", f"{path.name} is nested too deeply for a table") from None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return False
    return True


def _with_dates(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    date_columns.understand(frame, notes)
    return frame
