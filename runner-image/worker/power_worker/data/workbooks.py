"""Excel workbooks, of 1997 and of today."""

from pathlib import Path
from typing import Any

import pandas as pd

from power_worker.outcome import RefusedError

#: Sheets that a note or an error names.
_MAX_NAMED = 30


def read(path: Path, sheet: str) -> tuple[pd.DataFrame, str, list[str]]:
    """Read one sheet, the first visible one if none is named."""
    with pd.ExcelFile(path) as book:
        hidden = _hidden(book)
        names = [str(name) for name in book.sheet_names]
        chosen = _choose(path, names, hidden, sheet)
        frame = book.parse(chosen)
    return frame, chosen, _notes(names, hidden, chosen, frame)


def _choose(path: Path, names: list[str], hidden: set[str], sheet: str) -> str:
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
    if hasattr(engine, "sheets"):  # xlrd
        return {s.name for s in engine.sheets() if s.visibility}
    return set()


def _notes(names: list[str], hidden: set[str], chosen: str, frame: pd.DataFrame) -> list[str]:
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
    if frame.empty:
        notes.append("the sheet has no rows below its header")
    return notes


def _listed(names: list[str]) -> str:
    more = f", and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return ", ".join(name[:80] for name in names[:_MAX_NAMED]) + more
