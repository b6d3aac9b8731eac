"""Excel workbooks, of 1997 and of today."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from power_worker.outcome import RefusedError

from . import workbook_kinds
from .sheet import Sheet
from .sheet_table import table

if TYPE_CHECKING:
    from collections.abc import Callable

#: Sheets that a note or an error names.
_MAX_NAMED = 30


class Workbook:
    """An open workbook: its sheets with cells in their order, and how to read one."""

    def __init__(self, path: Path) -> None:
        if workbook_kinds.is_xlsx(path):
            self._open_xlsx(path)
        else:
            self._open_xls(path)

    def _open_xlsx(self, path: Path) -> None:
        from . import xlsx_book, xlsx_sheet

        book = xlsx_book.Book(path)
        self.names = list(book.parts)
        self.hidden = {name for name, part in book.parts.items() if part.hidden}
        self.read: Callable[[str], Sheet] = lambda name: xlsx_sheet.read(book, name)
        self.close: Callable[[], None] = book.close

    def _open_xls(self, path: Path) -> None:
        from . import xls_sheet

        book = xls_sheet.opened(path)
        self.names = book.sheet_names()
        self.hidden = {sheet.name for sheet in book.sheets() if sheet.visibility}
        self.read = lambda name: xls_sheet.read(book, name)
        self.close = book.release_resources


def read(path: Path, sheet: str) -> tuple[pd.DataFrame, str, list[str]]:
    """Read one sheet, the first visible one with anything in it if none is named."""
    workbook_kinds.check(path)
    try:
        book = Workbook(path)
    except MemoryError:
        raise
    except Exception as error:
        raise workbook_kinds.explained(path, error) from error
    try:
        return _read(path, book, sheet)
    finally:
        book.close()


def _read(path: Path, book: Workbook, wanted: str) -> tuple[pd.DataFrame, str, list[str]]:
    notes: list[str] = []
    chosen = _choose(path, book, wanted)
    cells = _cells(path, book, chosen)
    if not cells.rows and not wanted:
        empty, (chosen, cells) = chosen, _first_with_cells(path, book)
        if cells.rows:
            notes.append(f"the sheet {empty} is empty: this is {chosen}")
    if not cells.rows:
        raise RefusedError(
            "bad_file",
            f"{path.name} is empty: no cell has a value in {chosen}",
            _others(book, chosen),
        )
    frame = table(cells, notes)
    others = [name for name in book.names if name != chosen and name not in book.hidden]
    if others:
        notes.append(f"other sheets: {_listed(others)}")
    if book.hidden:
        notes.append(f"hidden sheets: {_listed(sorted(book.hidden))}")
    if frame.empty:
        notes.append("the sheet has no rows below its header")
    return frame, chosen, notes


def _choose(path: Path, book: Workbook, wanted: str) -> str:
    if not book.names:
        raise RefusedError("bad_file", f"{path.name} has no sheet with cells")
    if not wanted:
        return next((name for name in book.names if name not in book.hidden), book.names[0])
    loosely = {name.strip().casefold(): name for name in book.names}
    near = wanted if wanted in book.names else loosely.get(wanted.strip().casefold())
    if near is None:
        raise RefusedError(
            "bad_sheet",
            f"{path.name} has no sheet {wanted[:80]!r}",
            f"its sheets are: {_listed(book.names)}",
        )
    return near


def _cells(path: Path, book: Workbook, name: str) -> Sheet:
    try:
        return book.read(name)
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise workbook_kinds.explained(path, error) from error


def _first_with_cells(path: Path, book: Workbook) -> tuple[str, Sheet]:
    cells, last = Sheet(), book.names[0]
    for name in book.names:
        if name not in book.hidden:
            last, cells = name, _cells(path, book, name)
            if cells.rows:
                break
    return last, cells


def _others(book: Workbook, chosen: str) -> str:
    others = [name for name in book.names if name != chosen]
    return f"its other sheets are: {_listed(others)}" if others else ""


def _listed(names: list[str]) -> str:
    more = f", and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return ", ".join(name[:80] for name in names[:_MAX_NAMED]) + more
