"""The cells of one sheet, whichever kind of workbook it is in."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Range(NamedTuple):
    """Merged cells, of which only the first has a value: counted from 0, the ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        """Return it as Excel names it."""
        return f"{letters(self.left)}{self.top + 1}:{letters(self.right)}{self.bottom + 1}"


@dataclass
class Sheet:
    """What a reader found in a sheet. A row may be shorter than others; None is no value."""

    rows: list[list[Any]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: int = 0
    #: Error values such as #N/A, which became None.
    errors: Counter[str] = field(default_factory=Counter)
    #: Formulas without a value: no program has computed them.
    uncomputed: int = 0

    def row(self, number: int) -> list[Any]:
        """Return the cells of a row, which is made if it is not there."""
        while len(self.rows) <= number:
            self.rows.append([])
        return self.rows[number]

    @staticmethod
    def put(cells: list[Any], column: int, value: Any) -> None:
        """Set a cell of a row."""
        while len(cells) <= column:
            cells.append(None)
        cells[column] = value


def letters(column: int) -> str:
    """Return a column's name: A for 0, AA for 26."""
    name = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def column_of(reference: str) -> int:
    """Return the column of a reference such as AA12, from 0."""
    column = 0
    for character in reference:
        if not character.isalpha():
            break
        column = column * 26 + ord(character.upper()) - ord("A") + 1
    return column - 1
