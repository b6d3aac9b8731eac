"""The shapes in which JSON holds a table."""

from typing import Any

import pandas as pd

from power_worker.outcome import RefusedError

from . import big_integers

#: Records looked at to see whether they are nested.
_LOOKED_AT = 1000
#: Keys under which a list of plain values is a table.
_ROWS = ("data", "rows", "records", "items", "results", "values")
_NAMED = 8


def table(name: str, document: Any, notes: list[str]) -> pd.DataFrame:
    """Make a DataFrame of a document; the notes say what of it was left out."""
    if isinstance(document, list):
        return _list(name, document)
    if isinstance(document, dict):
        return _dict(name, document, notes)
    raise RefusedError(
        "bad_file",
        f"{name} holds a single {type(document).__name__}, not a table",
        "read it with json.load in execute_code",
    )


def records(rows: list[Any]) -> pd.DataFrame:
    """Make a DataFrame of records; nested objects become columns such as a.b, one level down."""
    if not all(isinstance(row, dict) for row in rows):
        return pd.DataFrame({"value": rows})
    if any(isinstance(v, dict) for row in rows[:_LOOKED_AT] for v in row.values()):
        return pd.json_normalize(rows, max_level=1)
    frame = pd.DataFrame.from_records(rows)
    for column in big_integers.suspects(frame):
        values = pd.Series([row.get(column) for row in rows], dtype=object)
        if all(value is None or type(value) is int for value in values):
            frame[column] = big_integers.whole(values)
    return frame


def _list(name: str, document: list[Any]) -> pd.DataFrame:
    if not document:
        raise RefusedError("bad_file", f"{name} is empty: it holds a list without entries")
    if not all(isinstance(row, list) for row in document):
        return records(document)
    head, *body = document
    named = all(isinstance(field, str) for field in head) and len(set(head)) == len(head)
    if named and body and all(len(row) == len(head) for row in body):
        return records([dict(zip(head, row, strict=True)) for row in body])
    return pd.DataFrame(document).rename(columns=lambda index: f"column_{index}")


def _dict(name: str, document: dict[str, Any], notes: list[str]) -> pd.DataFrame:
    if isinstance(document.get("columns"), list) and isinstance(document.get("data"), list):
        return pd.DataFrame(document["data"], columns=document["columns"])
    values = list(document.values())
    if _are_columns(values):
        return pd.DataFrame(document)
    if values and all(isinstance(value, dict) for value in values):
        found = _of_dicts(document)
        if found is not None:
            return found
    key = _table_key(document)
    if key is not None:
        others = [str(k) for k in document if k != key]
        beside = f"; left out: {', '.join(others[:_NAMED])}" if others else ""
        notes.append(f"rows are those under {key[:80]!r}{beside}")
        return _list(name, document[key])
    below = [k for k, v in document.items() if isinstance(v, dict) and _table_key(v) is not None]
    if len(below) == 1:
        notes.append(f"taken from {below[0][:80]!r}")
        return _dict(name, document[below[0]], notes)
    return records([document])


def _are_columns(values: list[Any]) -> bool:
    """Say whether these are lists of one length, and none of them a table by itself."""
    return (
        bool(values)
        and all(isinstance(value, list) for value in values)
        and len({len(value) for value in values}) == 1
        and not any(_is_records(value) for value in values)
    )


def _of_dicts(document: dict[str, dict[str, Any]]) -> pd.DataFrame | None:
    """Tell columns of rows, as pandas writes them, from rows by key; None where neither fits."""
    keys = [set(value) for value in document.values()]
    if keys[0] and all(k == keys[0] for k in keys) and all(name.isdigit() for name in keys[0]):
        return pd.DataFrame(document).reset_index(drop=True)
    if len(document) > 1 and all(keys) and set.intersection(*keys):
        return pd.DataFrame.from_dict(document, orient="index").reset_index(names="key")
    return None


def _table_key(document: dict[str, Any]) -> str | None:
    """Return the key with the most records, or else the one list of values."""
    tables = [key for key, value in document.items() if _is_records(value)]
    if tables:
        return max(tables, key=lambda key: len(document[key]))
    lists = [key for key, value in document.items() if isinstance(value, list) and value]
    return lists[0] if len(lists) == 1 and lists[0] in _ROWS else None


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(i, dict) for i in value)
