"""Whole numbers that a float cannot hold: identifiers of 17 digits and more, with gaps."""

import pandas as pd

#: Beyond it, not every whole number is a float of 64 bits.
_EXACT = 2**53


def suspects(frame: pd.DataFrame) -> list[int]:
    """Return where float columns are whose values are all whole and too large to be exact."""
    found = []
    for position, dtype in enumerate(frame.dtypes):
        if dtype != "float64":
            continue
        column = frame.iloc[:, position].dropna()
        if len(column) and column.abs().max() >= _EXACT and (column % 1 == 0).all():
            found.append(position)
    return found


def whole(values: pd.Series) -> pd.Series | None:
    """Return text or integers as exact whole numbers, None for others."""
    written = values.dropna().astype(str).str.strip()
    if not written.str.fullmatch(r"[-+]?\d+").all():
        return None
    exact = [None if pd.isna(value) else int(value) for value in values]
    try:
        return pd.Series(pd.array(exact, dtype="Int64"), index=values.index)
    except (OverflowError, TypeError):  # beyond 64 bits
        return pd.Series(exact, index=values.index, dtype=object)
