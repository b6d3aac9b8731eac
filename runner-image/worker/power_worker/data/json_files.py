"""JSON documents and JSON lines."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from power_worker.outcome import RefusedError

from . import encoding
from .json_tables import records, table

#: Records of JSON lines that are gathered before they become part of the DataFrame.
_BATCH = 50_000


def read(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Read a document of any shape that is a table, or one record a line after all."""
    name, note = encoding.detect(path)
    notes = [note] if note else []
    text = path.read_text(name, errors="replace")
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and _is_json(text.split("\n", 1)[0]):
            notes.append("one JSON document a line (jsonl)")
            return _lines(path, text.split("\n")), notes
        raise RefusedError(
            "bad_file",
            f"{path.name} is no JSON: line {error.lineno}, column {error.colno}: {error.msg}",
        ) from None
    return table(path.name, document, notes), notes


def read_lines(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Read one record a line; a broken line is named."""
    name, note = encoding.detect(path)
    notes = [note] if note else []
    with path.open(encoding=name, errors="replace") as file:
        first = next((line for line in file if line.strip()), "")
        file.seek(0)
        if first.lstrip().startswith("["):
            text = file.read()
            if _is_json(text):
                notes.append("one JSON array, not one record a line")
                return table(path.name, json.loads(text), notes), notes
            file.seek(0)
        return _lines(path, file), notes


def _lines(path: Path, lines: Iterable[str]) -> pd.DataFrame:
    parts: list[pd.DataFrame] = []
    batch: list[Any] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            batch.append(_parsed(path, number, line))
        if len(batch) >= _BATCH:
            parts.append(records(batch))
            batch = []
    if batch:
        parts.append(records(batch))
    if not parts:
        raise RefusedError("bad_file", f"{path.name} is empty: it has no line with JSON")
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def _parsed(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise RefusedError(
            "bad_file",
            f"{path.name}, line {number} is no JSON: {error.msg} at column {error.colno}",
            "mend or drop that line in execute_code, then load it again",
        ) from None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    return True
