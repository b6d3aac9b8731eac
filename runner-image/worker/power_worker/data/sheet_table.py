"""A table out of a sheet's cells: with one row of names, without what is blank, typed."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from . import date_columns, number_columns, sheet_header
from .csv_header import NO_NAME, column_names
from .said import Said
from .samples import first_values
from .sheet import Range, Sheet, letters

#: What a note names.
_NAMED = 5
_MAX_TITLES = 500
_TOTALS = {"total", "totals", "grand total", "sum", "summe", "gesamt"}


def table(sheet: Sheet, notes: list[str]) -> pd.DataFrame:
    """Return the table; the notes say what of the sheet is not in it, and what is odd."""
    first = sheet_header.first_row(sheet)
    width = max((len(row) for row in sheet.rows), default=0)
    header: list[str] = []
    body = first
    if sheet_header.has_names(sheet, first):
        count = sheet_header.levels(sheet, first)
        header, body = sheet_header.names(sheet, first, count, width), first + count
        _about_header(sheet, first, count, notes)
    else:
        notes.append("no header: the first row looks like the data below it, and is data here")
    _fill_merged(sheet, body, notes)
    rows = _first_table(sheet, body, notes)
    width = max((len(row) for row in (*sheet.rows[first:body], *rows)), default=0)
    frame = pd.DataFrame(
        {n: _typed([row[n] if n < len(row) else None for row in rows]) for n in range(width)}
    )
    frame.columns = pd.Index(column_names(header[:width], width, notes))
    frame = _without_blank(frame, notes)
    _about_text(frame, notes)
    _about_cells(sheet, notes)
    return frame


def _about_header(sheet: Sheet, first: int, count: int, notes: list[str]) -> None:
    above = [str(cell) for row in sheet.rows[:first] for cell in row if cell is not None]
    if above:
        notes.append(
            f"the header is in row {first + 1}; above it: {' | '.join(above)[:_MAX_TITLES]}"
        )
    if count > 1:
        notes.append(f"the header is {count} rows, joined: rows {first + 1} to {first + count}")


def _fill_merged(sheet: Sheet, body: int, notes: list[str]) -> None:
    """Give the cells of a merged range in one column the value that is shown for all of them."""
    down = [r for r in sheet.merged if r.top >= body and r.left == r.right and r.bottom > r.top]
    filled: list[Range] = []
    for merged in down:
        value = _at(sheet.rows, merged.top, merged.left)
        if value is None:
            continue
        filled.append(merged)
        for row in range(merged.top + 1, min(merged.bottom + 1, len(sheet.rows))):
            Sheet.put(sheet.rows[row], merged.left, value)
    across = [r for r in sheet.merged if r.top >= body and r not in set(down)]
    for ranges, what in (
        (filled, "each row has the value"),
        (across, "only the first cell of each has its value"),
    ):
        if ranges:
            shown = ", ".join(map(str, ranges[:_NAMED])) + (", ..." if len(ranges) > _NAMED else "")
            notes.append(f"merged cells ({shown}): {what}")


def _first_table(sheet: Sheet, body: int, notes: list[str]) -> list[Sequence[Any]]:
    """Return the rows that have something in them, up to where another table begins."""
    rows: list[Sequence[Any]] = []
    blank = 0
    gap = False
    for number in range(body, len(sheet.rows)):
        row = sheet.rows[number]
        if all(cell is None for cell in row):
            gap = True
            blank += bool(rows)
            continue
        if gap and rows and _is_another_header(sheet, number, rows):
            named = ", ".join(str(cell) for cell in row if cell is not None)
            notes.append(
                f"another table begins in row {number + 1} ({named[:_MAX_TITLES]}): "
                f"pd.read_excel(..., skiprows={number}) reads it"
            )
            return rows
        gap = False
        rows.append(row)
    inner = blank - _trailing(sheet)
    if inner > 0:
        notes.append(f"blank rows left out: {inner}")
    return rows


def _trailing(sheet: Sheet) -> int:
    count = 0
    for row in reversed(sheet.rows):
        if any(cell is not None for cell in row):
            break
        count += 1
    return count


def _is_another_header(sheet: Sheet, number: int, rows: list[Sequence[Any]]) -> bool:
    """Say whether a row after a blank one has names where there were numbers, and data below."""
    cells = [(n, cell) for n, cell in enumerate(sheet.rows[number]) if cell is not None]
    if len(cells) < 2 or not all(isinstance(cell, str) for _, cell in cells):  # noqa: PLR2004
        return False
    below = sheet.rows[number + 1] if number + 1 < len(sheet.rows) else []
    changed = any(n < len(rows[-1]) and isinstance(rows[-1][n], (int, float)) for n, _ in cells)
    return changed and any(isinstance(cell, (int, float)) for cell in below)


def _typed(values: list[Any]) -> pd.Series:
    """Give a column the type that all its values have."""
    nothing = all(value is None for value in values)
    return pd.Series(values, dtype="float64" if nothing and values else None)


def _without_blank(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Drop columns without a name and a value; between others they divide two tables."""
    empty = frame.isna().all()
    blank = [
        n for n, name in enumerate(frame.columns) if name.startswith(NO_NAME) and empty.iloc[n]
    ]
    if not blank or len(blank) == frame.shape[1]:
        return frame
    inner = [n for n in blank if n > 0 and not all(m in blank for m in range(n))]
    if inner:
        at = ", ".join(letters(n) for n in inner[:_NAMED])
        notes.append(f"blank columns left out ({at}): what follows them may be another table")
    return frame.drop(columns=frame.columns[blank])


def _about_text(frame: pd.DataFrame, notes: list[str]) -> None:
    """Read dates out of text; numbers in text stay what they are, and are told."""
    said = Said()
    for position, dtype in enumerate(frame.dtypes):
        if dtype != "str":
            continue
        column = frame.iloc[:, position]
        numbers, _ = number_columns.read(column, first_values(column), commas_divide=True)
        if numbers is not column:
            said.add("numbers stored as text: left as text", frame.columns[position])
    notes += said.notes()
    date_columns.understand(frame, notes)


def _about_cells(sheet: Sheet, notes: list[str]) -> None:
    if sheet.errors:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sheet.errors.most_common(_NAMED))
        notes.append(f"error cells read as missing: {kinds}")
    if sheet.uncomputed:
        notes.append(
            f"formulas that no program has computed: {sheet.uncomputed} cells have no value; "
            "open and save it in a spreadsheet program, or compute them in execute_code"
        )
    if sheet.hidden_rows:
        notes.append(f"hidden rows are read too: {sheet.hidden_rows}")


def _at(rows: list[list[Any]], row: int, column: int) -> Any:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else None
