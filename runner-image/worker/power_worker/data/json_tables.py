"""The shapes in which JSON holds a table."""

from typing import Any

import pandas as pd

from power_worker.outcome import RefusedError

from . import big_integers
from .json_flat import flattened

#: Keys under which a list of plain values is a table.
_ROWS = ("data", "rows", "records", "items", "results", "values")
#: Objects in objects that are looked into for the one list of records.
_MAX_DEPTH = 6
_NAMED = 8


def table(name: str, document: Any, notes: list[str]) -> pd.DataFrame:
    """Make a DataFrame of a document; the notes say what of it was left out."""
    if isinstance(document, list):
        return rows_of(name, document, notes)
    if isinstance(document, dict) and document:
        return _dict(name, document, notes)
    if document == {}:
        raise _empty(name, "an object without entries")
    raise RefusedError(
        "bad_file",
        f"{name} holds a single {type(document).__name__}, not a table",
        "read it with json.load in execute_code",
    )


def rows_of(name: str, rows: list[Any], notes: list[str]) -> pd.DataFrame:
    """Make a DataFrame of a list: of records, of rows, or of plain values."""
    if not rows:
        raise _empty(name, "a list without entries")
    if all(isinstance(row, list) for row in rows):
        return _lists(rows, notes)
    if any(isinstance(row, dict) for row in rows):
        rows = [{} if row is None else row for row in rows]
    if not all(isinstance(row, dict) for row in rows):
        return pd.DataFrame({"value": pd.Series(rows)})
    if not any(rows):
        raise _empty(name, "records without entries")
    return _records(rows, notes)


def _empty(name: str, what: str) -> RefusedError:
    return RefusedError("bad_file", f"{name} is empty: it holds {what}")


def _records(rows: list[dict[str, Any]], notes: list[str]) -> pd.DataFrame:
    rows = flattened(rows, notes)
    frame = pd.DataFrame.from_records(rows)
    for position, dtype in enumerate(frame.dtypes):
        if dtype != "float64":
            continue
        key = frame.columns[position]
        values = pd.Series([row.get(key) for row in rows], dtype=object)
        if all(value is None or type(value) is int for value in values):  # with gaps, exact
            frame.isetitem(position, big_integers.whole(values))
    return frame


def _lists(rows: list[list[Any]], notes: list[str]) -> pd.DataFrame:
    head, *body = rows
    named = all(isinstance(field, str) for field in head) and len(set(head)) == len(head)
    if named and body and all(len(row) == len(head) for row in body):
        return _records([dict(zip(head, row, strict=True)) for row in body], notes)
    return pd.DataFrame(rows).rename(columns=lambda index: f"column_{index + 1}")


def _dict(name: str, document: dict[str, Any], notes: list[str]) -> pd.DataFrame:
    if isinstance(document.get("columns"), list) and isinstance(document.get("data"), list):
        return pd.DataFrame(document["data"], columns=document["columns"])
    values = list(document.values())
    if _are_columns(values):
        return pd.DataFrame(document)
    if all(isinstance(value, dict) for value in values):
        found = _of_dicts(document, notes)
        if found is not None:
            return found
    path = _path(document, _MAX_DEPTH)
    if path is None:
        return _records([document], notes)
    rows: Any = document
    beside: list[str] = []
    for key in path:
        beside += [str(other) for other in rows if other != key]
        rows = rows[key]
    left = f"; left out: {', '.join(beside[:_NAMED])}" if beside else ""
    notes.append(f"rows are those under {'.'.join(path)[:80]!r}{left}")
    return rows_of(name, rows, notes)


def _are_columns(values: list[Any]) -> bool:
    """Say whether these are lists of one length, and none of them a table by itself."""
    return (
        all(isinstance(value, list) and value for value in values)
        and len({len(value) for value in values}) == 1
        and not any(_is_records(value) for value in values)
    )


def _of_dicts(document: dict[str, dict[str, Any]], notes: list[str]) -> pd.DataFrame | None:
    """Tell columns of rows, as pandas writes them, from rows by key; None where neither fits."""
    keys = [set(value) for value in document.values()]
    if keys[0] and all(k == keys[0] for k in keys) and all(name.isdigit() for name in keys[0]):
        return pd.DataFrame(document).reset_index(drop=True)
    if len(document) > 1 and all(keys) and set.intersection(*keys):
        return _records([{"key": key, **row} for key, row in document.items()], notes)
    return None


def _path(document: dict[str, Any], depth: int) -> tuple[str, ...] | None:
    """Return the way to the list with the most records, or else to the one list of values."""
    found = _records_below(document, depth)
    if found:
        return max(found, key=lambda path: found[path])
    lists = [key for key, value in document.items() if isinstance(value, list)]
    return (lists[0],) if len(lists) == 1 and lists[0] in _ROWS else None


def _records_below(document: dict[str, Any], depth: int) -> dict[tuple[str, ...], int]:
    """Return the lists of records nearest to the top, with their lengths."""
    here = {(key,): len(value) for key, value in document.items() if _is_records(value)}
    if here or not depth:
        return here
    below: dict[tuple[str, ...], int] = {}
    for key, value in document.items():
        if isinstance(value, dict):
            inner = _records_below(value, depth - 1)
            below |= {(key, *path): count for path, count in inner.items()}
    return below


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(i, dict) for i in value)
