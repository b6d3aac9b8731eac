"""HTML tables as aligned columns of text."""

import re
from typing import Any

#: Rows and columns shown of a larger table, half of them from its end; as for DataFrames.
MAX_ROWS = 60
SHOWN_ROWS = 20
MAX_COLUMNS = 50
#: Characters of a cell.
MAX_CELL = 100
#: Columns that one cell may span: markup may claim any number.
_MAX_SPAN = 100
_NUMBER = re.compile(
    r"[-+\u2212]?[$€£]?\d[\d,.\s]*(?:[eE][-+]?\d+)?%?|nan|inf|-inf|", re.IGNORECASE
)
_MORE = "..."


def table_text(table: Any) -> str:
    """Return the text of an lxml table element, with its size where it is not shown whole."""
    rows = _grid(table)
    width = max(map(len, rows), default=0)
    if not width:
        return ""
    rows = [row + [""] * (width - len(row)) for row in rows]
    count = len(rows) - len(table.findall("thead/tr"))
    if count > MAX_ROWS:
        half = SHOWN_ROWS // 2
        rows = [*rows[:half], [_MORE] * width, *rows[-half:]]
    if width > MAX_COLUMNS:
        half = MAX_COLUMNS // 2
        rows = [[*row[:half], _MORE, *row[-half:]] for row in rows]
    lines = _aligned(rows)
    if count > MAX_ROWS or width > MAX_COLUMNS:
        lines.append(f"[{count} rows x {width} columns]")
    caption = [" ".join(c.text_content().split()) for c in table.findall("caption")]
    return "\n".join([*caption, *lines])


def _grid(table: Any) -> list[list[str]]:
    """Return the table's cells by row; one that spans several stands in the first."""
    grid: list[list[str]] = []
    taken: dict[int, int] = {}  # columns that a cell above covers, and for how many rows yet
    for row in table.iter("tr"):
        if next(row.iterancestors("table"), None) is not table:
            continue  # of a table inside a cell, whose text stands there
        cells: list[str] = []
        for cell in row.iterchildren("td", "th"):
            _skip(cells, taken)
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            for column in range(len(cells), len(cells) + across):
                taken[column] = down
            text = " ".join(cell.text_content().split())
            text = text if len(text) <= MAX_CELL else text[: MAX_CELL - 3] + _MORE
            cells += [text] + [""] * (across - 1)
        _skip(cells, taken)
        taken = {column: left - 1 for column, left in taken.items() if left > 1}
        grid.append(cells)
    return [cells for cells in grid if cells]


def _skip(cells: list[str], taken: dict[int, int]) -> None:
    while taken.get(len(cells)):
        cells.append("")


def _span(cell: Any, name: str) -> int:
    text = cell.get(name, "1").strip()
    return min(max(int(text), 1), _MAX_SPAN) if text.isdecimal() else 1


def _aligned(rows: list[list[str]]) -> list[str]:
    """Pad cells to columns, those of numbers to the right."""
    for column in range(len(rows[0])):
        cells = [row[column] for row in rows]
        width = max(map(len, cells))
        numeric = all(_NUMBER.fullmatch(c) or c == _MORE for c in cells[1:]) and len(cells) > 1
        for row in rows:
            row[column] = row[column].rjust(width) if numeric else row[column].ljust(width)
    return ["  ".join(row).rstrip() for row in rows]
