"""Finding out how a delimited text is written."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

from . import csv_header, dialect
from .csv_form import Form

#: Rows in which the header is looked for.
_ROWS = 200
#: Characters of the titles that a note repeats.
_MAX_TITLES = 500
#: Share of the fields that begin with a blank when the blank belongs to the delimiter.
_BLANKS = 0.95


def form(path: Path, encoding: str, sample: str, given: str, notes: list[str]) -> tuple[Form, bool]:
    """Return how to read a text, and whether its rows are even.

    Given is the delimiter that the caller named, if any.
    """
    skip, told, sample = _told(sample)
    separator = told or _delimiter(sample, given, notes)
    if separator == dialect.NONE:
        notes.append("one column: what could separate fields is in none of its first lines")
    elif separator != ",":
        notes.append(f"delimiter: {dialect.spoken(separator)}")
    blank = _has_blanks(dialect.rows(sample, separator))
    found = Form(path, encoding, separator, skip, blank_after_delimiter=blank)
    found = _with_header(found, notes)
    if found.is_even(sample):
        return found, True
    mended, note = found.mended(sample)
    notes += [note] if note else []
    return mended, bool(note)


def _told(sample: str) -> tuple[int, str, str]:
    """Read the line `sep=;`, by which a text tells Excel its delimiter."""
    first, _, rest = sample.partition("\n")
    name, _, told = first.rstrip("\r").partition("=")
    return (1, told, rest) if name == "sep" and len(told) == 1 else (0, "", sample)


def _delimiter(sample: str, given: str, notes: list[str]) -> str:
    if given and dialect.splits(sample, given):
        return given
    found = dialect.delimiter(sample)
    if given and dialect.splits(sample, found):
        notes.append(f"the header is not delimited by {dialect.spoken(given)}")
        return found
    return given or found


def _has_blanks(rows: list[list[str]]) -> bool:
    later = [field for row in rows for field in row[1:]]
    blank = sum(1 for field in later if field.startswith(" "))
    return bool(later) and blank >= len(later) * _BLANKS


def _with_header(form: Form, notes: list[str]) -> Form:
    """Skip the titles above the table, and see whether it has names."""
    numbered = list(islice(form.rows(), _ROWS))
    rows = [row for _, row in numbered]
    first = csv_header.first_row(rows)
    if first:
        titles = "; ".join(" ".join(filter(None, row)) for row in rows[:first])
        lines = "1 line" if first == 1 else f"{first} lines"
        notes.append(f"{lines} above the header left out: {titles[:_MAX_TITLES]}")
    if rows:  # what is above it may be blank but for its delimiters
        line, header = numbered[first]
        form = replace(form, skip=line - 1 - sum(field.count("\n") for field in header))
    if rows and not csv_header.has_names(rows, first):
        notes.append("no header: the first line looks like the data below it, and is data here")
        form = replace(form, has_header=False)
    return form
