"""Delimited text: its encoding, delimiter and decimal mark found out, ragged rows kept."""

import csv
import io
from pathlib import Path

import pandas as pd

from power_worker.outcome import RefusedError

from . import big_integers, dialect, encoding
from .ragged import read_ragged

#: Characters that delimiter, decimal mark and header are found out from.
_SAMPLE = 128 << 10
#: Bytes up to which the fields of every row are counted; beyond, those of the sample.
_COUNT_BELOW = 24 << 20
#: Zero characters that a text may hold by mistake.
_FEW_ZEROS = 4


def read(path: Path, delimiter: str) -> tuple[pd.DataFrame, list[str]]:
    """Read a table; the notes say what was found out and what is odd."""
    name, note = encoding.detect(path)
    notes = [note] if note else []
    with path.open(encoding=name, errors="replace", newline="") as file:
        sample = file.read(_SAMPLE)
    _refuse_what_is_no_table(path, sample)
    separator = delimiter or dialect.delimiter(sample)
    if separator != ",":
        notes.append(f"delimiter: {dialect.spoken(separator)}")
    options = {"sep": separator, "encoding": name, "encoding_errors": "replace"}
    if dialect.has_decimal_comma(sample, separator):
        notes.append("decimal mark: comma")
        options["decimal"] = ","
    frame = _table(path, options, sample, notes)
    if "decimal" in options:
        frame = dialect.ungrouped(frame)
    if frame.empty:
        notes.append("there are column names but no rows")
    return frame, notes


def _refuse_what_is_no_table(path: Path, sample: str) -> None:
    text = sample.strip()
    if not text:
        raise RefusedError(
            "bad_file", f"{path.name} is empty: it has no text", "check how it was made or fetched"
        )
    if text[:15].lower().startswith(("<!doctype html", "<html")):
        raise RefusedError(
            "bad_file", f"{path.name} is a web page, not a table", "fetch the file's own address"
        )
    if sample.count("\0") > max(len(sample) // 100, _FEW_ZEROS) or text.startswith(
        ("PK\x03\x04", "%PDF", "PAR1")
    ):
        raise RefusedError("bad_file", f"{path.name} is a binary file, not text")


def _table(path: Path, options: dict[str, str], sample: str, notes: list[str]) -> pd.DataFrame:
    if _uneven(path, options, sample):
        return read_ragged(path, options, notes)
    try:
        # index_col: by default a row longer than the header would shift the columns, unsaid.
        frame = pd.read_csv(path, low_memory=False, index_col=False, **options)
    except pd.errors.EmptyDataError:
        raise RefusedError("bad_file", f"{path.name} is empty: no column was found in it") from None
    except (pd.errors.ParserError, csv.Error):
        return read_ragged(path, options, notes)
    return big_integers.restore_text(frame, path, options)


def _uneven(path: Path, options: dict[str, str], sample: str) -> bool:
    """Say whether rows have different numbers of fields, as far as they are looked at."""
    whole = path.stat().st_size <= _COUNT_BELOW
    complete = sample[: sample.rfind("\n") + 1] or sample
    try:
        with path.open(encoding=options["encoding"], errors="replace", newline="") as file:
            lines = file if whole else io.StringIO(complete)
            rows = csv.reader(lines, delimiter=options["sep"], strict=True)
            return len({len(row) for row in rows if row}) > 1
    except csv.Error:
        return True
