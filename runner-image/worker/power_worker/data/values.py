"""DuckDB's values as JSON: exact where JSON can say them, text where it cannot."""

import datetime as dt
import decimal
import math
import uuid
from typing import Any

import numpy as np
import pyarrow as pa

#: The largest integer that every JSON reader keeps exact (RFC 8259, section 6).
_EXACT = 2**53 - 1
#: Characters of one value.
_MAX_TEXT = 10_000
#: Entries of one list or struct.
_MAX_ENTRIES = 1000
_MAX_BYTES_SHOWN = 32
#: Dates and times without end, as DuckDB counts them in days and in units of time.
_ENDLESS = {2**31 - 1: "infinity", 1 - 2**31: "-infinity"}
_ENDLESS_TIME = {2**63 - 1: "infinity", 1 - 2**63: "-infinity"}


def column(values: pa.Array) -> list[Any]:
    """Return the values of a column as JSON can hold them."""
    if pa.types.is_float32(values.type):  # 0.1, where as_py says 0.10000000149011612
        return [safe(v and float(str(np.float32(v)))) for v in values.to_pylist()]
    try:
        return [safe(value) for value in values.to_pylist(maps_as_pydicts="lossy")]
    except TypeError:  # a map by lists or structs stays a list of pairs
        return [safe(value) for value in values.to_pylist()]
    except (ValueError, OverflowError):  # Python's dates end with the years 1 and 9999
        return [_of_any_year(value) for value in values]


def safe(value: Any) -> Any:  # noqa: C901, PLR0911  one line a kind
    """Return a value that JSON can hold."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    if isinstance(value, float):  # NULL is None, and also what pandas calls NaN
        return value if math.isfinite(value) else "NaN" if math.isnan(value) else str(value)
    if isinstance(value, str):
        return value if len(value) <= _MAX_TEXT else value[:_MAX_TEXT] + "…"
    if isinstance(value, decimal.Decimal):
        return _number(value)
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        more = "…" if len(value) > _MAX_BYTES_SHOWN else ""
        return f"0x{bytes(value[:_MAX_BYTES_SHOWN]).hex()}{more}"
    if isinstance(value, dict):
        return {str(k)[:_MAX_TEXT]: safe(v) for k, v in list(value.items())[:_MAX_ENTRIES]}
    if isinstance(value, (list, tuple)):
        return [safe(v) for v in value[:_MAX_ENTRIES]]
    if isinstance(value, (dt.timedelta, uuid.UUID)):
        return str(value)
    return str(value)[:_MAX_TEXT]


def _of_any_year(value: pa.Scalar) -> Any:
    """Return a value with a date that Python cannot hold; within a list or a struct, as text."""
    try:
        return safe(value.as_py(maps_as_pydicts="lossy"))
    except (ValueError, OverflowError):
        pass
    if pa.types.is_date32(value.type):
        days = value.cast(pa.int32()).as_py()
        return _ENDLESS.get(days) or str(np.datetime64(days, "D"))
    if pa.types.is_timestamp(value.type):
        count = value.cast(pa.int64()).as_py()
        return _ENDLESS_TIME.get(count) or str(np.datetime64(count, value.type.unit))
    return "(it holds a date beyond the years 1 to 9999: CAST it to VARCHAR)"


def _number(value: decimal.Decimal) -> int | float | str:
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value() and value.as_tuple().exponent == 0:
        return safe(int(value))
    as_float = float(value)
    return as_float if decimal.Decimal(repr(as_float)) == value else str(value)
