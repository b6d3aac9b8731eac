"""DataFrames made ready for DuckDB."""

from typing import Any

import pandas as pd

#: Types of pandas that DuckDB does not know.
_FOREIGN = (pd.PeriodDtype, pd.IntervalDtype, pd.SparseDtype)
#: What infer_dtype calls columns of objects that DuckDB reads as they are.
_UNIFORM = {
    *("string", "empty", "boolean", "floating", "decimal", "datetime", "datetime64", "date"),
    *("time", "timedelta", "timedelta64", "bytes", "mixed-integer-float"),
}
_NESTED = (list, dict, tuple)


def prepared(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return a DataFrame that DuckDB can take, and the columns that had to become text.

    A named index becomes columns: SQL has no index. The original is left as it is.
    """
    names = frame.index.names
    if any(name is not None for name in names) and not set(names) & set(frame.columns):
        frame = frame.reset_index()
    if not all(isinstance(name, str) for name in frame.columns):
        frame = frame.set_axis([str(label) for label in frame.columns], axis="columns")
    shown, as_text = frame, []
    for position, dtype in enumerate(frame.dtypes):
        if not (isinstance(dtype, _FOREIGN) or dtype.kind in "cO"):
            continue
        column = frame.iloc[:, position]
        if dtype.kind == "O" and not isinstance(dtype, _FOREIGN) and _is_known(column):
            continue
        if shown is frame:
            shown = frame.copy(deep=False)
        if isinstance(dtype, pd.SparseDtype) and dtype.kind in "biuf":
            shown.isetitem(position, column.sparse.to_dense())
            continue
        text = column.astype(object).map(str, na_action="ignore")
        shown.isetitem(position, text.astype(object))
        as_text.append(str(frame.columns[position]))
    return shown, as_text


def _is_known(column: pd.Series) -> bool:
    """Say whether DuckDB can take a column of objects, by all its values."""
    if pd.api.types.is_string_dtype(column.dtype) and column.dtype != "object":
        return True
    if isinstance(column.dtype, pd.CategoricalDtype):
        return not isinstance(column.dtype.categories.dtype, _FOREIGN)
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind == "integer":
        return bool(column.dropna().between(-(2**63), 2**63 - 1).all())
    if kind == "datetime":
        return len({value.tzinfo is None for value in column.dropna()}) == 1
    return kind in _UNIFORM or (kind == "mixed" and _are_containers(column))


def _are_containers(column: pd.Series) -> bool:
    """Say whether all values are lists, or all structs, or all arrays."""
    kinds = {type(value) for value in column if not _is_missing(value)}
    return len(kinds) == 1 and (kinds <= set(_NESTED) or next(iter(kinds)).__name__ == "ndarray")


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or isinstance(value, float)
