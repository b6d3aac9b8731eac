"""Nested records made flat: {"a": {"b": 1}} has the column a.b."""

from typing import Any

#: Records that are looked at to see how deep they may be flattened.
_LOOKED_AT = 1000
_MAX_DEPTH = 20
#: Columns that flattening may make: where keys are data, such as ids, it would make thousands.
_MAX_COLUMNS = 500


def flattened(rows: list[dict[str, Any]], notes: list[str]) -> list[dict[str, Any]]:
    """Return the records flat, as deep as they have not too many columns then."""
    depth = _depth(rows[:_LOOKED_AT])
    if depth == 0:
        return rows
    if _has_deeper(rows[:_LOOKED_AT], depth):
        notes.append(f"objects more than {depth} levels deep are left as they are")
    return [_flat(row, depth) for row in rows]


def _depth(rows: list[dict[str, Any]]) -> int:
    """Return how many levels may be flattened, 0 where nothing is nested."""
    paths = {(key,) for row in rows for key in row}
    level: list[tuple[tuple[str, ...], dict[str, Any]]] = [((), row) for row in rows]
    depth = 0
    while depth < _MAX_DEPTH:
        level = [
            ((*path, key), value)
            for path, row in level
            for key, value in row.items()
            if isinstance(value, dict)
        ]
        paths |= {(*path, key) for path, value in level for key in value}
        if not level or (depth > 0 and len(paths) > _MAX_COLUMNS):
            break
        depth += 1
    return depth


def _has_deeper(rows: list[dict[str, Any]], depth: int) -> bool:
    return any(isinstance(v, dict) and v for row in rows for v in _flat(row, depth).values())


def _flat(row: dict[str, Any], depth: int, prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in row.items():
        name = f"{prefix}{key}"
        if depth and isinstance(value, dict) and value:
            parts = _flat(value, depth - 1, f"{name}.")
        else:
            parts = {name: value}
        for part, inner in parts.items():
            flat[_free(part, flat)] = inner
    return flat


def _free(name: str, taken: dict[str, Any]) -> str:
    """Return a name that is not taken: "a.b" may be a key beside the b in a."""
    while name in taken:
        name += "_"
    return name
