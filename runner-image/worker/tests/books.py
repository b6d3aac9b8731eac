"""Workbooks that tests write."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
from harness import Kernel

DATA = Path(__file__).parent / "data"
SHEET = "xl/worksheets/sheet1.xml"


def write(path: Path, *rows: Sequence[object], merge: Sequence[str] = ()) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for cells in merge:
        sheet.merge_cells(cells)
    book.save(path)
    return book


def values(kernel: Kernel) -> str:
    return kernel.cell("print([[str(v) for v in row] for row in d.values.tolist()])").output.strip()


def with_part(path: Path, part: str, content: bytes) -> None:
    """Put something else in the place of a part of a workbook."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, old in parts.items():
            target.writestr(name, content if name == part else old)
