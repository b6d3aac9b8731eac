"""Cells of an xls workbook of 1997 or before."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import xlrd

from .sheet import Range, Sheet

#: Milliseconds.
_DAY = 86_400_000


def opened(path: Path) -> Any:
    """Open a workbook, with its merged cells and hidden rows if xlrd can tell them."""
    quiet = io.StringIO()  # xlrd prints what it wonders at
    try:
        return xlrd.open_workbook(str(path), formatting_info=True, logfile=quiet)
    except (xlrd.XLRDError, MemoryError):
        raise
    except Exception:
        return xlrd.open_workbook(str(path), logfile=quiet)


def read(book: Any, name: str) -> Sheet:
    """Read a sheet of a workbook that xlrd has opened."""
    source = book.sheet_by_name(name)
    sheet = Sheet(
        merged=[Range(a, c, b - 1, d - 1) for a, b, c, d in source.merged_cells],
        hidden_rows=sum(1 for info in source.rowinfo_map.values() if info.hidden),
    )
    for row in range(source.nrows):
        kinds, values = source.row_types(row), source.row_values(row)
        sheet.rows.append(
            [_value(book, sheet, kind, value) for kind, value in zip(kinds, values, strict=True)]
        )
    return sheet


def _value(book: Any, sheet: Sheet, kind: int, value: Any) -> Any:
    if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) or value == "":
        return None
    if kind == xlrd.XL_CELL_ERROR:
        sheet.errors[xlrd.error_text_from_code.get(value, "#ERR")] += 1
        return None
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_DATE:
        return _time(value, book.datemode)
    if kind == xlrd.XL_CELL_NUMBER and value.is_integer():
        return int(value)
    return value


def _time(value: float, mode: int) -> dt.datetime | dt.time | float:
    try:
        if 0 <= value < 1:
            of_day = dt.timedelta(milliseconds=round(value * _DAY))
            return (dt.datetime(1, 1, 1) + of_day).time()  # noqa: DTZ001  Excel has no zones
        return xlrd.xldate.xldate_as_datetime(value, mode)
    except (ValueError, OverflowError, xlrd.XLDateError):
        return value
