"""The names of a sheet's columns: below titles, over several rows, in merged cells."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from . import csv_header
from .sheet import Sheet

#: Rows that are looked at, and rows that a header may have.
_ROWS = 200
_MAX_LEVELS = 4
_YEARS = range(1800, 2200)


def first_row(sheet: Sheet) -> int:
    """Return the first row of the table: not that of a title above it."""
    there = [number for number, row in enumerate(sheet.rows[:_ROWS]) if _filled(row)]
    found = csv_header.first_row([[_text(cell) for cell in sheet.rows[n]] for n in there])
    return there[found] if there else 0


def has_names(sheet: Sheet, first: int) -> bool:
    """Say whether a row holds names: numbers that are no years are data."""
    cells = [cell for cell in sheet.rows[first] if cell is not None]
    if not any(_filled(row) for row in sheet.rows[first + 1 :]):
        return True
    fractions = any(isinstance(cell, float) and not cell.is_integer() for cell in cells)
    numbers = all(isinstance(cell, (int, float)) and cell not in _YEARS for cell in cells)
    return not fractions and not numbers


def levels(sheet: Sheet, first: int) -> int:
    """Return how many rows the header has: more than one where names span several columns."""
    count = 1
    while count < _MAX_LEVELS and first + count < len(sheet.rows) - 1:
        row = first + count - 1
        spans = any(r.top <= row <= r.bottom and r.right > r.left for r in sheet.merged)
        if not (spans or _has_gaps(sheet, row)) or not _are_names(sheet.rows[row + 1]):
            break
        count += 1
    deep = max((r.bottom for r in sheet.merged if r.top == first), default=first)
    return max(count, min(deep - first + 1, _MAX_LEVELS, len(sheet.rows) - first))


def _has_gaps(sheet: Sheet, row: int) -> bool:
    """Say whether names are missing where the next row has some, and data follows that."""
    above, below = sheet.rows[row], sheet.rows[row + 1]
    after = sheet.rows[row + 2] if row + 2 < len(sheet.rows) else []
    gaps = [n for n, cell in enumerate(below) if cell is not None and _at(above, n) is None]
    data = any(isinstance(cell, (int, float)) for cell in after)
    return bool(gaps) and _filled(above) > 1 and data and _filled(below) > len(below) // 2


def _are_names(row: Sequence[Any]) -> bool:
    cells = [cell for cell in row if cell is not None]
    return bool(cells) and all(isinstance(c, str) or _is_year(c) for c in cells)


def _is_year(cell: Any) -> bool:
    return isinstance(cell, int) and not isinstance(cell, bool) and cell in _YEARS


def names(sheet: Sheet, first: int, count: int, width: int) -> list[str]:
    """Return the names of the columns, those of several rows joined; empty for none."""
    rows = []
    for level in range(count):
        row = [_text(_at(sheet.rows[first + level], n)) for n in range(width)]
        rows.append(_spread(sheet, first + level, row, last=level == count - 1))
    return [_joined([row[n] for row in rows]) for n in range(width)]


def _spread(sheet: Sheet, number: int, row: list[str], *, last: bool) -> list[str]:
    """Repeat a name over the columns that it spans."""
    ranges = [r for r in sheet.merged if r.top <= number <= r.bottom]
    for merged in ranges:
        if merged.top == number:
            row[merged.left : merged.right + 1] = [row[merged.left]] * (
                min(merged.right + 1, len(row)) - merged.left
            )
    if not ranges and not last:
        for position in range(1, len(row)):
            row[position] = row[position] or row[position - 1]
    return row


def _joined(parts: list[str]) -> str:
    different = [part for n, part in enumerate(parts) if part and part not in parts[:n]]
    return " ".join(different)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return str(cell.date())
    return " ".join(str(cell).split())


def _at(row: Sequence[Any], position: int) -> Any:
    return row[position] if position < len(row) else None


def _filled(row: Sequence[Any]) -> int:
    return sum(1 for cell in row if cell is not None)
