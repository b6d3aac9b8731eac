"""Whole numbers that a float cannot hold: identifiers of 17 digits and more, with gaps."""

from pathlib import Path
from typing import Any

import pandas as pd

#: Beyond it, not every whole number is a float of 64 bits.
_EXACT = 2**53


def suspects(frame: pd.DataFrame) -> list[str]:
    """Return the float columns whose values are all whole and too large to be exact."""
    found = []
    for name in frame.columns[frame.dtypes == "float64"]:
        column = frame[name].dropna()
        if len(column) and column.abs().max() > _EXACT and (column % 1 == 0).all():
            found.append(name)
    return found


def whole(values: pd.Series) -> pd.Series | None:
    """Return text or integers as exact whole numbers, as text beyond 64 bits; None for others."""
    written = values.dropna().astype(str).str.strip()
    if not written.str.fullmatch(r"[-+]?\d+").all():
        return None
    exact = [None if pd.isna(value) else int(value) for value in values]
    try:
        return pd.Series(pd.array(exact, dtype="Int64"), index=values.index)
    except (OverflowError, TypeError):
        return pd.Series([None if v is None else str(v) for v in exact], index=values.index)


def restore_text(frame: pd.DataFrame, path: Path, options: dict[str, Any]) -> pd.DataFrame:
    """Read such columns of a delimited text again."""
    for name in suspects(frame):
        text = pd.read_csv(path, usecols=[name], dtype=str, index_col=False, **options)[name]
        exact = whole(text)
        if exact is not None:
            frame[name] = exact
    return frame
