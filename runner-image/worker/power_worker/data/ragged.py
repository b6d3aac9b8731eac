"""Delimited text whose rows have different numbers of fields: nothing of it is dropped."""

import csv
import io

import pandas as pd

from power_worker.outcome import RefusedError

from .columns import Written
from .csv_form import Form
from .csv_header import column_names

#: A row with its line in the file.
Row = tuple[int, list[str]]

#: How many lines a note names.
_NAMED = 5


def read_ragged(form: Form, notes: list[str]) -> tuple[pd.DataFrame, Written]:
    """Read row by row: further fields get further columns."""
    numbered = list(form.rows())
    if not numbered:
        raise RefusedError("bad_file", f"{form.path.name} is empty: no column was found in it")
    header: list[str] = numbered.pop(0)[1] if form.has_header else []
    if header:
        numbered = _without_trailing(numbered, len(header))
        _note(header, numbered, notes)
    width = max([len(header), *(len(row) for _, row in numbered)])
    fields = [[row[i] if i < len(row) else "" for _, row in numbered] for i in range(width)]
    frame = pd.DataFrame({i: _typed(values) for i, values in enumerate(fields)})
    frame.columns = pd.Index(column_names(header, width, notes))
    return frame, lambda positions: [pd.Series(fields[i], dtype="str") for i in positions]


def _without_trailing(numbered: list[Row], width: int) -> list[Row]:
    """Drop the empty field that a delimiter at each line's end makes."""
    if numbered and all(len(row) == width + 1 and not row[-1].strip() for _, row in numbered):
        return [(line, row[:-1]) for line, row in numbered]
    return numbered


def _note(header: list[str], numbered: list[Row], notes: list[str]) -> None:
    width = len(header)
    for odd, word, what in (
        ([n for n, row in numbered if len(row) > width], "more", "kept in extra columns"),
        ([n for n, row in numbered if len(row) < width], "fewer", "filled with missing values"),
    ):
        if odd:
            named = ", ".join(map(str, odd[:_NAMED])) + (", ..." if len(odd) > _NAMED else "")
            count = "1 row has" if len(odd) == 1 else f"{len(odd)} rows have"
            notes.append(f"{count} {word} fields than the header (lines {named}): {what}")


def _typed(values: list[str]) -> pd.Series:
    """Give a column the type that read_csv would have given it."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["x"], *([value] for value in values)])
    buffer.seek(0)
    return pd.read_csv(buffer, skip_blank_lines=False, low_memory=False)["x"]
