"""Merged cells, of which only the first has the value."""

import re
import zipfile
from pathlib import Path
from typing import Any

_MERGED = re.compile(rb'<mergeCell [^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_READ = 1 << 20
#: Bytes that an element may straddle two reads by.
_OVERLAP = 200
_NAMED = 5


def notes(path: Path, book: Any, sheet: str) -> list[str]:
    """Return a note on a sheet's merged cells, if it has any."""
    engine = book.book
    if hasattr(engine, "worksheets"):
        ranges = _in_xml(path, getattr(engine[sheet], "_worksheet_path", ""))
    else:
        ranges = [
            f"rows {a + 1}-{b} of columns {c + 1}-{d}"
            for a, b, c, d in engine.sheet_by_name(sheet).merged_cells
        ]
    if not ranges:
        return []
    shown = ", ".join(ranges[:_NAMED]) + (", ..." if len(ranges) > _NAMED else "")
    return [f"{len(ranges)} merged ranges ({shown}): only the first cell of each has its value"]


def _in_xml(path: Path, part: str) -> list[str]:
    """Look through the sheet's XML: a workbook that is only read does not tell."""
    if not part:
        return []
    ranges: list[str] = []
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        rest = b""
        while chunk := stream.read(_READ):
            data = rest + chunk
            found = list(_MERGED.finditer(data))
            ranges += [match[1].decode() for match in found]
            rest = data[max(found[-1].end() if found else 0, len(data) - _OVERLAP) :]
    return ranges
