"""Types of DuckDB that Arrow, Parquet or JSON have not, or not exactly: they are shown as text."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

#: Their ids: INTERVAL loses its text, TIME WITH TIME ZONE its zone, UHUGEINT its largest values,
#: and the others come as bytes.
_AS_TEXT = {
    *("interval", "time with time zone", "time_ns", "uhugeint", "bignum"),
    *("bit", "variant", "geometry"),
}
_TEXT = "VARCHAR"


def shown(relation: "duckdb.DuckDBPyRelation") -> "duckdb.DuckDBPyRelation":
    """Return a relation with such columns as text, the same one if it has none."""
    as_text = [_readable(kind) for kind in relation.types]
    if not any(as_text):
        return relation
    columns = [
        f"CAST(#{number} AS {kind}) AS {_name(label)}" if kind else f"#{number}"
        for number, (label, kind) in enumerate(zip(relation.columns, as_text, strict=True), 1)
    ]
    return relation.project(", ".join(columns))


def _readable(kind: Any) -> str:
    """Return the type to show a type as, empty for itself."""
    if kind.id in _AS_TEXT:
        return _TEXT
    if kind.id in ("list", "array"):
        inner = _readable(kind.children[0][1])
        size = f"[{kind.children[1][1]}]" if kind.id == "array" else "[]"
        return inner and inner + size
    if kind.id == "map":
        members = [(_readable(child), child) for _, child in kind.children]
        kinds = ", ".join(text or str(child) for text, child in members)
        return f"MAP({kinds})" if any(text for text, _ in members) else ""
    if kind.id == "struct":
        members = [(label, child, _readable(child)) for label, child in kind.children]
        fields = ", ".join(f"{_name(label)} {text or child}" for label, child, text in members)
        return f"STRUCT({fields})" if any(text for *_, text in members) else ""
    return _TEXT if kind.id == "union" and any(_readable(c) for _, c in kind.children) else ""


def _name(label: str) -> str:
    return '"' + label.replace('"', '""') + '"'
