"""Delimited text whose rows have different numbers of fields: nothing of it is dropped."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from power_worker.outcome import RefusedError

#: Rows above the header that may be titles, and how many lines a note names.
_TITLE_ROWS = 20
_NAMED = 5
#: A field may be long: the csv module's own bound is 128 KB.
_MAX_FIELD = 64 << 20
_MAX_TITLES = 500


def read_ragged(path: Path, options: dict[str, str], notes: list[str]) -> pd.DataFrame:
    """Read row by row: titles above the header are skipped, further fields get further columns."""
    rows, lines = _rows(path, options)
    if not rows:
        raise RefusedError("bad_file", f"{path.name} is empty: no column was found in it")
    start = _header_row(rows)
    if start:
        titles = "; ".join(" ".join(filter(None, row)) for row in rows[:start])
        notes.append(f"{start} lines above the header were skipped: {titles[:_MAX_TITLES]}")
    header, body = rows[start], _without_trailing(rows[start + 1 :], len(rows[start]))
    _note(header, body, lines[start + 1 :], notes)
    width = max([len(header), *map(len, body)])
    columns = [[row[i] if i < len(row) else "" for row in body] for i in range(width)]
    frame = pd.DataFrame({i: _typed(values, options) for i, values in enumerate(columns)})
    frame.columns = pd.Index(_names(header, width))
    return frame


def _rows(path: Path, options: dict[str, str]) -> tuple[list[list[str]], list[int]]:
    csv.field_size_limit(_MAX_FIELD)
    rows: list[list[str]] = []
    lines: list[int] = []
    with path.open(encoding=options["encoding"], errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=options["sep"])
        for row in _safely(reader):
            if any(field.strip() for field in row):
                rows.append(row)
                lines.append(reader.line_num)
    return rows, lines


def _safely(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue


def _header_row(rows: list[list[str]]) -> int:
    """Return the first row that is about as wide as most are; narrow ones above are titles."""
    usual = Counter(map(len, rows)).most_common(1)[0][0]
    for index, row in enumerate(rows[:_TITLE_ROWS]):
        filled = sum(1 for field in row if field.strip())
        if filled > usual // 2 and len(row) > usual // 2:
            return index
    return 0


def _without_trailing(body: list[list[str]], width: int) -> list[list[str]]:
    """Drop the empty field that a delimiter at each line's end makes."""
    if body and all(len(row) == width + 1 and not row[-1].strip() for row in body):
        return [row[:-1] for row in body]
    return body


def _note(header: list[str], body: list[list[str]], lines: list[int], notes: list[str]) -> None:
    numbered = list(zip(body, lines, strict=True))
    for odd, how in (
        ([n for row, n in numbered if len(row) > len(header)], "more|kept in extra columns"),
        ([n for row, n in numbered if len(row) < len(header)], "fewer|filled with missing values"),
    ):
        if odd:
            word, what = how.split("|")
            named = ", ".join(map(str, odd[:_NAMED])) + (", ..." if len(odd) > _NAMED else "")
            count = "1 row has" if len(odd) == 1 else f"{len(odd)} rows have"
            notes.append(f"{count} {word} fields than the header (lines {named}): {what}")


def _names(header: list[str], width: int) -> list[str]:
    names: list[str] = []
    for index in range(width):
        name = header[index].strip() if index < len(header) else f"extra_{index - len(header) + 1}"
        base = name = name or f"Unnamed: {index}"
        count = 1
        while name in names:
            name, count = f"{base}.{count}", count + 1
        names.append(name)
    return names


def _typed(values: list[str], options: dict[str, str]) -> pd.Series:
    """Give a column the type that read_csv would have given it."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["x"], *([value] for value in values)])
    buffer.seek(0)
    decimal = options.get("decimal", ".")
    return pd.read_csv(buffer, skip_blank_lines=False, low_memory=False, decimal=decimal)["x"]
