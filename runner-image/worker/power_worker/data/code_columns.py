"""Columns of codes that pandas would read as numbers, or as missing: 007, +49..., NA."""

import mmap
import re

import pandas as pd

from .csv_form import Form

#: Codes of two capitals, as of countries: there NA is Namibia.
_CODE = r"[A-Z]{2}"
#: A number that loses something when it is read as one.
_LOSSY = r"0\d+|\+\d{7,}"
#: Encodings in which a character beyond ASCII has no byte of ASCII in it.
_WIDE = ("utf-16", "utf-32")


def may_be_in(form: Form) -> bool:
    """Say whether a field of a file could begin with 0 or + and go on with digits."""
    if form.encoding.startswith(_WIDE):
        return True
    marks = {form.delimiter, "\n", "\r", '"', "'", " "}
    with form.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return any(
            re.search(re.escape(mark.encode()) + sign + rb"[0-9]", data)
            for mark in marks
            for sign in (b"0", rb"\+")
        )


def is_lossy(written: pd.Series) -> bool:
    """Say whether a column of whole numbers has some that are rather codes."""
    return bool(written.dropna().str.strip().str.fullmatch(_LOSSY).any())


def is_of_codes(column: pd.Series, first: list[str]) -> bool:
    """Say whether a column holds codes of two capitals, and seems to lack some."""
    if not all(re.fullmatch(_CODE, value) for value in first):
        return False
    there = column.dropna()
    return 0 < len(there) < len(column) and bool(there.str.fullmatch(_CODE).all())
