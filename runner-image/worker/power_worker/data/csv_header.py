"""Where the table of a delimited text begins, and whether it has names."""

import re
from collections import Counter
from collections.abc import Iterable

#: Rows above the header that may be titles.
_TITLE_ROWS = 20
#: What the name of a column without one begins with, as in pandas.
NO_NAME = "Unnamed: "
#: Columns that a note names.
_NAMED = 10
_NUMBER = re.compile(r"[-+]?[\d.,]*\d%?([eE][-+]?\d+)?")
_DECIMAL = re.compile(r"[-+]?\d*[.,]\d+([eE][-+]?\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d([ T].*)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}([ T].*)?")
_YEAR = re.compile(r"(1[89]|2[01])\d\d")


def first_row(rows: list[list[str]]) -> int:
    """Return which row is the first that is no title: those have one field, or less than most."""
    if not rows:
        return 0
    usual = _most(map(len, rows))
    full = _most(map(_filled, rows))
    for index, row in enumerate(rows[:_TITLE_ROWS]):
        if not _is_title(row, usual, full):
            return index if index == 0 or all(not _is_data(field) for field in row) else 0
    return 0


def _is_title(row: list[str], usual: int, full: int) -> bool:
    if usual == 1:
        return False
    few = len(row) <= usual // 2 or _filled(row) <= full // 2
    alone = not any(field.strip() for field in row[1:])
    comment = row[0].startswith("#") and len(row) < usual
    return comment or (few and (alone or len(row) < usual))


def has_names(rows: list[list[str]], first: int) -> bool:
    """Say whether the first row holds names: not where it looks like the data below it."""
    head, body = rows[first], rows[first + 1 :]
    if not body:
        return True
    values = [field.strip() for field in head]
    if all(map(_NUMBER.fullmatch, values)) and not all(map(_YEAR.fullmatch, values)):
        return False
    return not any(
        kind.fullmatch(value) and _all_below(body, column, like)
        for column, value in enumerate(values)
        for kind, like in ((_DECIMAL, _NUMBER), (_DATE, _DATE))
    )


def _all_below(body: list[list[str]], column: int, kind: re.Pattern[str]) -> bool:
    below = [row[column].strip() for row in body if column < len(row)]
    return all(kind.fullmatch(value) for value in below if value)


def _is_data(field: str) -> bool:
    value = field.strip()
    number = _NUMBER.fullmatch(value) and not _YEAR.fullmatch(value)
    return bool(number or _DATE.fullmatch(value))


def _filled(row: list[str]) -> int:
    return sum(1 for field in row if field.strip())


def _most(counts: Iterable[int]) -> int:
    """Return the most common count, of several the largest."""
    return max(Counter(counts).items(), key=lambda item: (item[1], item[0]))[0]


def column_names(header: list[str], width: int, notes: list[str]) -> list[str]:
    """Return a name of its own for each column; those beyond the header are extra."""
    names: list[str] = []
    given, taken = {name.strip() for name in header}, set[str]()
    twice = []
    for index in range(width):
        base = name = _name(header, index)
        count = 0
        while name in taken or (count and name in given):
            count += 1
            name = f"{base}.{count}"
        if count:
            twice.append(name)
        taken.add(name)
        names.append(name)
    if twice:
        more = ", ..." if len(twice) > _NAMED else ""
        notes.append(f"names that stand twice were numbered: {', '.join(twice[:_NAMED])}{more}")
    return names


def _name(header: list[str], index: int) -> str:
    if not header:
        return f"column_{index + 1}"
    if index >= len(header):
        return f"extra_{index - len(header) + 1}"
    return header[index].strip() or f"{NO_NAME}{index}"
