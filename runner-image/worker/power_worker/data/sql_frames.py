"""DataFrames made ready for DuckDB."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pyarrow as pa

from . import sql_columns
from .sql_index import with_index

#: Columns that a note names, and characters of a name.
_NAMED = 10
_MAX_NAME = 80


def prepared(frame: pd.DataFrame) -> tuple[pd.DataFrame | pa.Table, list[str]]:
    """Return what DuckDB is to read of a DataFrame, and what is different there.

    The original is left as it is. Nested columns make a Table of Arrow of it.
    """
    frame = with_index(frame)
    labels = [str(label) for label in frame.columns]
    names = _apart(labels)
    shown = frame.set_axis(names, axis="columns")
    nested: dict[int, pa.Array] = {}
    as_text = []
    for position, name in enumerate(names):
        column = frame.iloc[:, position]
        try:
            readable = sql_columns.readable(column)
        except sql_columns.AsText:
            readable = sql_columns.text(column)
            as_text.append(name)
        if isinstance(readable, pd.Series):
            if readable is not column:
                shown.isetitem(position, readable)
        else:
            nested[position] = readable
    notes = _notes(labels, names, as_text)
    return (_table(shown, nested) if nested else shown), notes


def _apart(labels: list[str]) -> list[str]:
    """Give each column a name of its own: SQL knows no capitals, and no empty name."""
    names: list[str] = []
    given = {label.casefold() for label in labels}
    taken: set[str] = set()
    for position, label in enumerate(labels):
        base = name = label or f"column_{position + 1}"
        count = 0
        while name.casefold() in taken or (count and name.casefold() in given):
            count += 1
            name = f"{base}_{count}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _table(frame: pd.DataFrame, nested: dict[int, pa.Array]) -> pa.Table:
    columns: list[Any] = [
        nested[position] if position in nested else pa.array(frame.iloc[:, position])
        for position in range(frame.shape[1])
    ]
    return pa.table(columns, names=list(frame.columns))


def _notes(labels: list[str], names: list[str], as_text: list[str]) -> list[str]:
    notes = []
    renamed = [
        f"{label or '(no name)'} is {name}"
        for label, name in zip(labels, names, strict=True)
        if label != name
    ]
    if renamed:
        notes.append(f"columns have other names in SQL: {_listed(renamed)}")
    if as_text:
        notes.append(f"read as text: {_listed(as_text)}")
    return notes


def _listed(names: Iterable[str]) -> str:
    names = [name[:_MAX_NAME] for name in names]
    more = f", and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
