"""DuckDB's values as JSON: exact where JSON can say them, text where it cannot."""

import datetime as dt
import decimal
import math
import uuid
from typing import Any

#: The largest integer that every JSON reader keeps exact (RFC 8259, section 6).
_EXACT = 2**53 - 1
#: Characters of one value.
_MAX_TEXT = 10_000
#: Entries of one list or struct.
_MAX_ENTRIES = 1000
_MAX_BYTES_SHOWN = 32


def safe(value: Any) -> Any:  # noqa: C901, PLR0911  one line a kind
    """Return a value that JSON can hold."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
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
    if hasattr(value, "nanoseconds"):  # pyarrow's MonthDayNano
        return _interval(value)
    if isinstance(value, (list, tuple)):
        return [safe(v) for v in value[:_MAX_ENTRIES]]
    if isinstance(value, (dt.timedelta, uuid.UUID)):
        return str(value)
    return str(value)[:_MAX_TEXT]


def _interval(value: Any) -> str:
    """Return an interval as PostgreSQL writes it: `1 mon 2 days 03:00:00`."""
    parts = [f"{value.months} mon"] if value.months else []
    parts += [f"{value.days} days"] if value.days else []
    if value.nanoseconds or not parts:
        parts.append(str(dt.timedelta(microseconds=value.nanoseconds // 1000)))
    return " ".join(parts)


def _number(value: decimal.Decimal) -> int | float | str:
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value() and value.as_tuple().exponent == 0:
        return safe(int(value))
    as_float = float(value)
    return as_float if decimal.Decimal(repr(as_float)) == value else str(value)
