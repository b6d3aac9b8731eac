"""Columns of pandas that DuckDB does not know, or would read inexactly."""

import decimal
import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

#: Types of pandas that have no like in SQL.
_FOREIGN = (pd.PeriodDtype, pd.IntervalDtype)
#: What infer_dtype calls columns of objects that DuckDB reads as they are.
_UNIFORM = {
    *("string", "empty", "boolean", "floating", "datetime", "datetime64", "date"),
    *("time", "timedelta", "timedelta64", "bytes", "mixed-integer-float"),
}
_NESTED = (list, dict, tuple, np.ndarray)
#: Digits that DuckDB's DECIMAL holds.
_MAX_DIGITS = 38


class AsText(Exception):  # noqa: N818  it is an answer
    """A column has no type of SQL and is to be read as text."""


def readable(column: pd.Series) -> pd.Series | pa.Array:
    """Return a column that DuckDB reads right; an Array if it is nested. Raises AsText."""
    dtype = column.dtype
    if isinstance(dtype, _FOREIGN) or dtype.kind == "c":
        raise AsText
    if isinstance(dtype, pd.SparseDtype):
        return readable(column.sparse.to_dense())
    if isinstance(dtype, pd.CategoricalDtype):
        return _of_categories(column)
    if isinstance(dtype, pd.ArrowDtype):
        return _of_arrow(column, dtype.pyarrow_dtype)
    if dtype in (np.float16, np.longdouble):
        return column.astype("float32" if dtype == np.float16 else "float64")
    return (
        _of_objects(column)
        if dtype.kind == "O" and not isinstance(dtype, pd.StringDtype)
        else column
    )


def text(column: pd.Series) -> pd.Series:
    """Return a column as text; lists and dicts as JSON, which SQL can take apart."""
    return column.astype(object).map(_text, na_action="ignore").astype(object)


def _text(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, _NESTED):
        return json.dumps(value, default=str, ensure_ascii=False)
    return None if _is_missing(value) else str(value)


def _of_categories(column: pd.Series) -> pd.Series:
    kind = column.cat.categories.dtype
    if isinstance(kind, _FOREIGN):
        raise AsText
    if kind.kind in "iu":  # with a gap they would be read as floats
        return column.astype("Int64" if kind.kind == "i" else "UInt64")
    return column


def _of_arrow(column: pd.Series, kind: pa.DataType) -> pd.Series | pa.Array:
    if pa.types.is_dictionary(kind):
        return column.astype(pd.ArrowDtype(kind.value_type))
    if pa.types.is_nested(kind) or pa.types.is_null(kind):
        return pa.array(column)
    return column.astype("float32") if pa.types.is_float16(kind) else column


def _of_objects(column: pd.Series) -> pd.Series | pa.Array:
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind in ("integer", "decimal"):
        return _of_numbers(column, kind)
    if kind == "datetime" and len({v.tzinfo is None for v in column.dropna()}) > 1:
        raise AsText
    if kind in _UNIFORM:
        return column
    if kind == "mixed" and all(isinstance(v, _NESTED) or _is_missing(v) for v in column):
        return _of_containers(column)
    raise AsText


def _of_numbers(column: pd.Series, kind: str) -> pd.Series:
    """Keep integers beyond 64 bits and decimals exact."""
    there = column.dropna()
    if kind == "integer" and there.between(-(2**63), 2**63 - 1).all():
        return column
    try:
        values = pa.array([None if _is_missing(v) else decimal.Decimal(v) for v in column])
    except (pa.ArrowException, ArithmeticError, TypeError, ValueError):
        raise AsText from None
    if not pa.types.is_decimal(values.type) or values.type.precision > _MAX_DIGITS:
        raise AsText
    return pd.Series(values, index=column.index, dtype=pd.ArrowDtype(values.type))


def _of_containers(column: pd.Series) -> pa.Array:
    values = [None if _is_missing(value) else value for value in column]
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowException, ArithmeticError, TypeError, ValueError):
        raise AsText from None  # their members are of several types


def _is_missing(value: Any) -> bool:
    return not isinstance(value, _NESTED) and bool(pd.isna(value))
