"""DataFrames and Series as text, narrower where the whole would be too much to read."""

import sys
from typing import Any

from .display_options import chosen

#: Characters of a table that is shown as pandas' options say.
MAX_TABLE = 12_000
#: Options for larger ones, tried in this order until one fits.
_NARROWER: tuple[dict[str, int], ...] = (
    {"display.max_colwidth": 40},
    {"display.max_colwidth": 30, "display.max_columns": 20, "display.min_rows": 10},
    {"display.max_colwidth": 20, "display.max_columns": 12, "display.max_rows": 10},
)


def table_text(obj: Any) -> str:
    """Return the text of a DataFrame or Series; empty for anything else.

    A subclass with a text of its own is something else. What a cell has chosen to see stays.
    """
    pandas = sys.modules.get("pandas")
    if pandas is None or type(obj) not in (pandas.DataFrame, pandas.Series):
        return ""
    text = repr(obj)
    if len(text) <= MAX_TABLE or chosen(pandas):
        return text
    for options in _NARROWER:
        with pandas.option_context(*(word for pair in options.items() for word in pair)):
            text = repr(obj)
        if len(text) <= MAX_TABLE:
            break
    return text
