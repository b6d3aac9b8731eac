"""Values that only name what a chart shows, as `<Axes: >` does."""

import sys
from typing import Any

#: hist() returns counts and edges before its bars.
_LOOKED_AT = 4


def is_figure(obj: Any) -> bool:
    """Say whether it is a figure of matplotlib."""
    module = sys.modules.get("matplotlib.figure")
    return module is not None and isinstance(obj, module.Figure)


def names_chart(value: Any) -> bool:
    """Say whether a value is of no interest beside its chart."""
    artist = sys.modules.get("matplotlib.artist")
    container = sys.modules.get("matplotlib.container")
    if artist is None or container is None:
        return False
    kinds = (artist.Artist, container.Container)
    grid = sys.modules.get("seaborn.axisgrid")
    if grid is not None:
        kinds += (grid.Grid, grid.JointGrid)
    return _holds(value, kinds, depth=2)


def _holds(value: Any, kinds: tuple[type, ...], depth: int) -> bool:
    if isinstance(value, kinds):
        return not is_figure(value)
    if depth == 0:
        return False
    if isinstance(value, dict):
        items: Any = list(value.values())[:1]
    elif isinstance(value, list | tuple):
        items = value[:_LOOKED_AT]
    elif type(value).__name__ == "ndarray" and value.dtype == object:
        items = value.ravel()[:1]
    elif type(value).__name__ == "Series" and value.dtype == object:
        items = value.head(1).tolist()
    else:
        return False
    return any(_holds(item, kinds, depth - 1) for item in items)
