"""Delimited text: its encoding, delimiter and header found out, nothing of it dropped unsaid."""

import csv
from pathlib import Path

import pandas as pd

from power_worker.outcome import RefusedError

from . import code_columns, csv_find, encoding, file_kinds
from .columns import Understanding, Written
from .csv_form import Form
from .csv_header import NO_NAME, column_names
from .ragged import read_ragged

#: Characters that delimiter, form and header are found out from.
_SAMPLE = 128 << 10
#: Zero characters that a text may hold by mistake.
_FEW_ZEROS = 4


def read(path: Path, delimiter: str) -> tuple[pd.DataFrame, list[str]]:
    """Read a table; the notes say what was found out and what is odd."""
    name, note = encoding.detect(path)
    notes = [note] if note else []
    with path.open(encoding=name, errors="replace", newline="") as file:
        sample = file.read(_SAMPLE)
    _refuse_what_is_no_table(path, sample)
    form, even = csv_find.form(path, name, sample, delimiter, notes)
    frame, written = _even(form, notes) if even else read_ragged(form, notes)
    found = Understanding(frame, written, form.delimiter)
    found.large()
    if code_columns.may_be_in(form):
        found.codes()
    found.points()
    found.text()
    notes += found.notes()
    frame = _without_empty(frame, notes)
    if frame.empty:
        notes.append("there are column names but no rows")
    return frame, notes


def _even(form: Form, notes: list[str]) -> tuple[pd.DataFrame, Written]:
    try:
        frame = form.read()
    except pd.errors.EmptyDataError:
        raise RefusedError(
            "bad_file", f"{form.path.name} is empty: no column was found in it"
        ) from None
    except (pd.errors.ParserError, csv.Error) as error:
        if "out of memory" in str(error):
            raise MemoryError from error
        return read_ragged(form, notes)
    header = next(form.rows(), (0, []))[1] if form.has_header else []
    frame.columns = pd.Index(column_names(header, frame.shape[1], notes))
    return frame, lambda positions: _written(form, positions)


def _written(form: Form, positions: list[int]) -> list[pd.Series]:
    if not positions:
        return []
    text = form.read(usecols=positions, dtype=str, keep_default_na=False)
    return [text.iloc[:, number] for number in range(text.shape[1])]


def _without_empty(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Drop columns that have neither a name nor a value: a delimiter at the end of each line."""
    empty = [
        position
        for position, name in enumerate(frame.columns)
        if name.startswith(NO_NAME) and frame.iloc[:, position].isna().all()
    ]
    if not empty or len(empty) == frame.shape[1]:
        return frame
    notes.append(f"empty columns without a name left out: {len(empty)}")
    return frame.drop(columns=frame.columns[empty])


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
        raise RefusedError(
            "bad_file", f"{path.name} is a binary file, not text", file_kinds.what_it_is(path)
        )
