"""What of a DataFrame's index SQL sees: it has no index, so that it becomes columns."""

from typing import Any


def index_names(frame: Any) -> list[str]:
    """Return the columns that an index becomes; none for one that only counts rows.

    Those are the levels with a name, or all of them when they hold more than whole numbers: dates
    or text without a name are data too.
    """
    index = frame.index
    if index.nlevels == 1 and index.name is None and index.dtype.kind in "iu":
        return []
    taken = {str(label).casefold() for label in frame.columns}
    names: list[str] = []
    for position, label in enumerate(index.names):
        unnamed = f"level_{position}" if index.nlevels > 1 else "index"
        name = unnamed if label is None else str(label)
        while name.casefold() in taken:
            name += "_index"
        taken.add(name.casefold())
        names.append(name)
    return names


def with_index(frame: Any) -> Any:
    """Return the DataFrame with these columns in front."""
    names = index_names(frame)
    return frame.reset_index(names=names) if names else frame
