"""Excel workbooks, of 1997 and of today."""

import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from power_worker.outcome import RefusedError

from . import workbook_kinds, workbook_merges

#: Sheets that a note or an error names.
_MAX_NAMED = 30
#: Rows in which a header is looked for when the first row is none.
_HEADER_ROWS = 25
_MAX_TITLES = 500


def read(path: Path, sheet: str) -> tuple[pd.DataFrame, str, list[str]]:
    """Read one sheet, the first visible one if none is named."""
    engine = workbook_kinds.engine(path)
    try:
        book = pd.ExcelFile(path, engine=engine)
    except Exception as error:
        raise workbook_kinds.explained(path, error) from error
    with book:
        hidden = _hidden(book)
        names = [n for n in map(str, book.sheet_names) if n in _with_cells(book)]
        chosen = _choose(path, names, hidden, sheet)
        notes: list[str] = []
        frame = _table(book, chosen, notes)
        notes += _about(names, hidden, chosen, frame)
        notes += workbook_merges.notes(path, book, chosen)
    return frame, chosen, notes


def _with_cells(book: pd.ExcelFile) -> set[str]:
    """Return the names of the sheets that are not charts."""
    engine: Any = book.book
    if hasattr(engine, "worksheets"):
        return {s.title for s in engine.worksheets}
    return set(map(str, book.sheet_names))


def _choose(path: Path, names: list[str], hidden: set[str], sheet: str) -> str:
    if not names:
        raise RefusedError("bad_file", f"{path.name} has no sheet with cells")
    if not sheet:
        visible = [name for name in names if name not in hidden]
        return (visible or names)[0]
    if sheet in names:
        return sheet
    loosely = {name.strip().casefold(): name for name in names}
    if (near := loosely.get(sheet.strip().casefold())) is not None:
        return near
    raise RefusedError(
        "bad_sheet",
        f"{path.name} has no sheet {sheet[:80]!r}",
        f"its sheets are: {_listed(names)}",
    )


def _hidden(book: pd.ExcelFile) -> set[str]:
    engine: Any = book.book
    if hasattr(engine, "worksheets"):  # openpyxl
        return {s.title for s in engine.worksheets if s.sheet_state != "visible"}
    return {s.name for s in engine.sheets() if s.visibility}  # xlrd


def _table(book: pd.ExcelFile, sheet: str, notes: list[str]) -> pd.DataFrame:
    """Read a sheet; where its first row is a title, the header is the row that looks like one."""
    try:
        frame = book.parse(sheet)
    except (zipfile.BadZipFile, EOFError) as error:
        raise RefusedError("bad_file", f"sheet {sheet} is damaged or cut short: {error}") from error
    row = _header_row(book, sheet, frame)
    if not row:
        return frame
    top = book.parse(sheet, header=None, nrows=row)
    titles = [str(v) for v in top.to_numpy().ravel() if pd.notna(v)]
    notes.append(f"the header is in row {row + 1}; above it: {' | '.join(titles)[:_MAX_TITLES]}")
    frame = book.parse(sheet, header=row)
    blank = [c for c in frame.columns if str(c).startswith("Unnamed: ") and frame[c].isna().all()]
    return frame.drop(columns=blank)


def _header_row(book: pd.ExcelFile, sheet: str, frame: pd.DataFrame) -> int:
    """Return the header's row, 0 unless the first row lacks most names and another has them."""
    unnamed = sum(str(label).startswith("Unnamed: ") for label in frame.columns)
    if len(frame.columns) < 2 or unnamed < len(frame.columns) / 2:  # noqa: PLR2004
        return 0
    top = book.parse(sheet, header=None, nrows=_HEADER_ROWS)
    width = int(top.notna().sum(axis=1).max())
    for index in range(len(top)):
        values = [value for value in top.iloc[index] if pd.notna(value)]
        if len(values) > max(width / 2, 1) and all(isinstance(value, str) for value in values):
            return index
    return 0


def _about(names: list[str], hidden: set[str], chosen: str, frame: pd.DataFrame) -> list[str]:
    notes = []
    others = [name for name in names if name != chosen and name not in hidden]
    if others:
        notes.append(f"other sheets: {_listed(others)}")
    if hidden:
        notes.append(f"hidden sheets: {_listed(sorted(hidden))}")
    unnamed = sum(str(label).startswith("Unnamed: ") for label in frame.columns)
    if unnamed:
        notes.append(
            f"{unnamed} columns have no header: it may be merged or lie further down; "
            "pd.read_excel(..., header=[0, 1]) or skiprows=N reads such a sheet"
        )
    empty = [str(label) for label in frame.columns if frame[label].isna().all()]
    if frame.empty:
        notes.append("the sheet has no rows below its header")
    elif empty:
        notes.append(f"columns without a value (formulas never computed?): {_listed(empty)}")
    return notes


def _listed(names: list[str]) -> str:
    more = f", and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return ", ".join(name[:80] for name in names[:_MAX_NAMED]) + more
