"""JSON documents and JSON lines."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from power_worker.outcome import RefusedError


def read(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Read a document: records, columns, or records one level down."""
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except json.JSONDecodeError as error:
        if _is_lines(path):
            frame, notes = read_lines(path)
            return frame, ["one JSON object a line (jsonl)", *notes]
        raise RefusedError(
            "bad_file",
            f"{path.name} is no JSON: line {error.lineno}, column {error.colno}: {error.msg}",
        ) from None
    notes: list[str] = []
    return _frame(path, document, notes), notes


def read_lines(path: Path) -> tuple[pd.DataFrame, list[str]]:
    """Read one object a line; a broken line is named."""
    records = list(_records(path))
    if not records:
        raise RefusedError("bad_file", f"{path.name} is empty: it has no line with JSON")
    return _flat(records), []


def _records(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise RefusedError(
                    "bad_file",
                    f"{path.name}, line {number} is no JSON: {error.msg} at column {error.colno}",
                    "mend or drop that line in execute_code, then load it again",
                ) from None


def _is_lines(path: Path) -> bool:
    try:
        first = next(_records(path), None)
    except RefusedError:
        return False
    return isinstance(first, dict)


def _frame(path: Path, document: Any, notes: list[str]) -> pd.DataFrame:
    if isinstance(document, list):
        return _flat(document)
    if isinstance(document, dict):
        lists = {key: value for key, value in document.items() if isinstance(value, list)}
        if lists and len(lists) == len(document) and len({len(v) for v in lists.values()}) == 1:
            return pd.DataFrame(document)
        records = {
            key: value for key, value in lists.items() if value and isinstance(value[0], dict)
        }
        if len(records) == 1:
            (key, rows) = next(iter(records.items()))
            notes.append(
                f"rows are those under {key[:80]!r}; the rest of the document was left out"
            )
            return _flat(rows)
        if document and all(isinstance(value, dict) for value in document.values()):
            notes.append("the document's keys are the index")
            return pd.DataFrame.from_dict(document, orient="index")
        return _flat([document])
    raise RefusedError(
        "bad_file",
        f"{path.name} holds a single {type(document).__name__}, not a table",
        "read it with json.load in execute_code",
    )


def _flat(records: list[Any]) -> pd.DataFrame:
    """Make nested objects columns such as a.b, one level down."""
    if all(isinstance(record, dict) for record in records):
        if any(isinstance(value, dict) for record in records[:100] for value in record.values()):
            return pd.json_normalize(records, max_level=1)
        return pd.DataFrame.from_records(records)
    return pd.DataFrame(records)
