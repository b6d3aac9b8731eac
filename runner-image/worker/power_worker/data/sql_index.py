"""What of a DataFrame's index SQL sees: it has no index, so that it becomes columns."""

from typing import Any

import pandas as pd


def columns(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the columns that an index becomes, with their types; none for one that only counts.

    Those are the levels with a name, or all of them when they hold more than whole numbers: dates
    or text without a name are data too.
    """
    index = frame.index
    many = isinstance(index, pd.MultiIndex)
    if all(name is None for name in index.names) and not many and index.dtype.kind in "iu":
        return {}
    taken = {str(label).casefold() for label in frame.columns}
    named: dict[str, Any] = {}
    for position, label in enumerate(index.names):
        name = f"level_{position}" if many else "index"
        name = name if label is None else str(label)
        while name.casefold() in taken:
            name += "_index"
        taken.add(name.casefold())
        named[name] = index.levels[position].dtype if many else index.dtype
    return named


def reset(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the DataFrame with these columns in front."""
    names = list(columns(frame))
    return frame.reset_index(names=names) if names else frame
