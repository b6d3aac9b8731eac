"""A DataFrame as wire.Dataset says it."""

import json
import warnings
from typing import TYPE_CHECKING, Any

from power_worker.limits import MAX_COLUMNS

from .sql_index import index_names

if TYPE_CHECKING:
    from .loader import Loaded

#: Characters of a column's name that are shown.
_MAX_NAME = 200
_PREVIEW_ROWS = 5
_PREVIEW_WIDTH = 160
_PREVIEW_COLUMNS = 20
_PREVIEW_CELL = 40


def dataset(
    name: str,
    frame: Any,
    origin: "Loaded | None" = None,
    *,
    preview: bool = False,
) -> dict[str, Any]:
    """Describe a DataFrame: its shape, its first columns, where it came from."""
    described: dict[str, Any] = {
        "name": name,
        "rows": len(frame),
        "column_count": frame.shape[1],
        "columns": [
            {"name": str(label)[:_MAX_NAME], "type": str(kind)[:_MAX_NAME]}
            for label, kind in zip(
                frame.columns[:MAX_COLUMNS], frame.dtypes.iloc[:MAX_COLUMNS], strict=True
            )
        ],
        "index": [name[:_MAX_NAME] for name in index_names(frame)[:MAX_COLUMNS]],
        "bytes": int(frame.memory_usage(deep=False).sum()),
    }
    if origin is not None:
        described |= {"source": origin.source, "sheet": origin.sheet, "notes": origin.notes}
    if preview:
        described["preview"] = _preview(frame)
    return described


def _preview(frame: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numpy, on 16-bit floats
        return _first_rows(frame)


def _first_rows(frame: Any) -> str:
    return frame.head(_PREVIEW_ROWS).to_string(
        max_cols=_PREVIEW_COLUMNS,
        line_width=_PREVIEW_WIDTH,
        max_colwidth=_PREVIEW_CELL,
        index=False,
    )


def size(described: dict[str, Any]) -> int:
    """Return how many bytes it takes in a result, about."""
    return len(json.dumps(described))
