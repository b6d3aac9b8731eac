"""How a delimited text is written: its delimiter, and its decimal mark."""

import csv
import io
import re
from collections import Counter

import pandas as pd

_DELIMITERS = (",", ";", "\t", "|")
_SPOKEN = {"\t": "tab"}
#: Rows of the sample that are looked at.
_ROWS = 200
_COMMA = re.compile(r"[-+]?\d{1,3}(\.\d{3})+,\d+|[-+]?\d+,\d+")
_GROUPED = re.compile(r"[-+]?\d{1,3}(\.\d{3})+(,\d+)?")
_INTEGER = re.compile(r"[-+]?\d+")


def spoken(delimiter: str) -> str:
    """Name a delimiter."""
    return _SPOKEN.get(delimiter, delimiter)


def delimiter(sample: str) -> str:
    """Return the delimiter that splits the sample into the most even rows of several fields."""
    best, best_score = ",", 0.0
    for candidate in _DELIMITERS:
        widths = [len(row) for row in rows(sample, candidate)]
        if not widths:
            continue
        width, count = Counter(widths).most_common(1)[0]
        score = (count / len(widths)) ** 2 * (1 + min(width, 20) / 100) if width > 1 else 0
        if score > best_score:
            best, best_score = candidate, score
    return best


def has_decimal_comma(sample: str, delimiter: str) -> bool:
    """Say whether a column has numbers such as 1.234,56, and nothing that is no number."""
    if delimiter == ",":
        return False
    body = rows(sample, delimiter)[1:]
    return any(
        _are_continental([row[column].strip() for row in body if column < len(row)])
        for column in range(max(map(len, body), default=0))
    )


def ungrouped(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn columns of text such as 1.234,56 into numbers.

    Column by column: for all of a file at once, a date such as 01.02.2024 would become one too.
    """
    for position, dtype in enumerate(frame.dtypes):
        if dtype != "str":
            continue
        column = frame.iloc[:, position]
        if _are_continental(column.dropna().str.strip().tolist()):
            plain = column.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
            frame.isetitem(position, plain.astype(float))
    return frame


def _are_continental(values: list[str]) -> bool:
    found = False
    for value in values:
        if _COMMA.fullmatch(value):
            found = True
        elif value and not _GROUPED.fullmatch(value) and not _INTEGER.fullmatch(value):
            return False
    return found


def rows(sample: str, delimiter: str) -> list[list[str]]:
    """Split the first rows of a sample; its last line may be cut."""
    complete = sample[: sample.rfind("\n") + 1] or sample
    found: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(complete), delimiter=delimiter):
            if row:
                found.append(row)
            if len(found) >= _ROWS:
                break
    except csv.Error:
        pass  # what was split so far has to do
    return found
