"""Delimited text: its encoding, delimiter and decimal mark found out, ragged rows kept."""

import codecs
import csv
import io
import re
from pathlib import Path

import pandas as pd

from power_worker.outcome import RefusedError

#: Bytes that the encoding and the delimiter are found out from.
_SAMPLE = 256 << 10
#: Numbers with a decimal comma, and with a point: no date or address is one.
_COMMA = re.compile(r"[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+")
_POINT = re.compile(r"[-+]?\d*\.\d+")
_DELIMITERS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Ragged lines that a note names.
_MAX_NAMED = 5


def read(path: Path, delimiter: str) -> tuple[pd.DataFrame, list[str]]:
    """Read a table; the notes say what was found out and what is odd."""
    notes: list[str] = []
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    encoding = _encoding(path, sample)
    if encoding not in ("utf-8", "utf-8-sig"):
        notes.append(f"encoding: {encoding}")
    text = sample.decode(encoding, errors="ignore")
    if not text.strip():
        raise RefusedError(
            "bad_file", f"{path.name} is empty: it has no text", "check how it was made or fetched"
        )
    if text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
        raise RefusedError(
            "bad_file", f"{path.name} is a web page, not a table", "fetch the file's own address"
        )
    separator = delimiter or _delimiter(text)
    if separator != ",":
        notes.append(f"delimiter: {'tab' if separator == chr(9) else separator}")
    decimal = _decimal(text, separator)
    if decimal == ",":
        notes.append("decimal mark: comma")
    return _table(path, encoding, separator, decimal, notes), notes


def _encoding(path: Path, sample: bytes) -> str:
    """Tell the encoding by its mark, else by what decodes: the whole file must."""
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if sample[1::2].count(0) > len(sample) // 4:
        return "utf-16-le"
    if sample[::2].count(0) > len(sample) // 4:
        return "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252" if _decodes(sample, "cp1252") else "latin-1"
    return "utf-8"


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _lines(text: str) -> list[str]:
    lines = text.splitlines()
    whole = lines if len(text) < _SAMPLE // 4 else lines[:-1]  # the sample may end in a line
    return whole[:200]


def _delimiter(text: str) -> str:
    """Choose the one that splits the most lines into as many fields as the first."""
    lines = _lines(text)
    best, best_score = ",", (0, 0)
    for mark in _DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark) if row]
        if not widths or widths[0] < 2:  # noqa: PLR2004  one field is no split
            continue
        score = (sum(width == widths[0] for width in widths) * 10 // len(widths), widths[0])
        if score > best_score:
            best, best_score = mark, score
    return best


def _decimal(text: str, separator: str) -> str:
    """Tell a decimal comma: fields such as 1.234,5 or 10,5 and none with a point alone."""
    if separator == ",":
        return "."
    commas = points = 0
    for row in csv.reader(_lines(text)[1:], delimiter=separator):
        for value in row:
            commas += _COMMA.fullmatch(value.strip()) is not None
            points += _POINT.fullmatch(value.strip()) is not None
    return "," if commas > points else "."


def _table(
    path: Path, encoding: str, separator: str, decimal: str, notes: list[str]
) -> pd.DataFrame:
    options = {
        "sep": separator,
        "encoding": encoding,
        "decimal": decimal,
    }
    try:
        return _grouped(pd.read_csv(path, low_memory=False, **options), decimal)
    except pd.errors.EmptyDataError:
        raise RefusedError("bad_file", f"{path.name} is empty: no column was found in it") from None
    except pd.errors.ParserError:
        return _ragged(path, encoding, options, notes)


def _ragged(path: Path, encoding: str, options: dict[str, str], notes: list[str]) -> pd.DataFrame:
    """Read rows longer than the header: further columns take what they have more."""
    with path.open(encoding=encoding, newline="") as file:
        rows = list(csv.reader(file, delimiter=options["sep"]))
    header = rows[0]
    width = max(map(len, rows))
    odd = [number for number, row in enumerate(rows, 1) if len(row) > len(header)]
    named = ", ".join(map(str, odd[:_MAX_NAMED])) + (", …" if len(odd) > _MAX_NAMED else "")
    notes.append(
        f"{len(odd)} rows have more fields than the header (lines {named}): kept in extra columns"
    )
    header = [*header, *(f"extra_{n}" for n in range(1, width - len(header) + 1))]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows(row + [""] * (width - len(row)) for row in rows[1:])
    buffer.seek(0)
    decimal = options["decimal"]
    return _grouped(pd.read_csv(buffer, low_memory=False, decimal=decimal), decimal)


def _grouped(frame: pd.DataFrame, decimal: str) -> pd.DataFrame:
    """Make numbers of columns such as 1.234,5, and of no other: a date has points too."""
    if decimal != ",":
        return frame
    for i, kind in enumerate(frame.dtypes):
        if not pd.api.types.is_string_dtype(kind):
            continue
        column = frame.iloc[:, i]
        text = column.dropna().astype(str).str.strip()
        marked = (
            text.str.contains(".", regex=False).any() and text.str.contains(",", regex=False).any()
        )
        if marked and text.str.fullmatch(r"[-+]?\d{1,3}(\.\d{3})*(,\d+)?").all():
            plain = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
            frame.isetitem(i, pd.to_numeric(plain).reindex(column.index))
    return frame
