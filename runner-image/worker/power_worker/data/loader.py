"""Files into DataFrames, by their extension."""

import os
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from power_worker.outcome import RefusedError

from . import json_files, text_files, workbooks


@dataclass
class Loaded:
    """A DataFrame and what its reader should know of where it came from."""

    frame: pd.DataFrame
    source: str = ""
    sheet: str = ""
    notes: list[str] = field(default_factory=list)

    def without_frame(self) -> "Loaded":
        """Return the same without the data, so that remembering it holds no memory."""
        return replace(self, frame=pd.DataFrame())


#: How the first bytes of a file give away what it really is.
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an xlsx workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (xls) or an encrypted xlsx"),
    (b"PAR1", "a parquet file"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
)


def load(folder: Path, file: str, sheet: str, delimiter: str) -> Loaded:
    """Read a file of the session's folder."""
    path = _existing(folder, file)
    kind = path.suffix.lower().lstrip(".")
    reader = _READERS.get(kind)
    if reader is None:
        raise RefusedError(
            "bad_file",
            f"{file} is no kind of table that load_dataset reads",
            f"it reads {' '.join(_READERS)}; read anything else with Python in execute_code",
        )
    notes: list[str] = []
    if sheet and kind not in ("xlsx", "xls"):
        notes.append(f"sheet_name was ignored: a {kind} file has no sheets")
    try:
        loaded = reader(path, sheet, delimiter)
    except (RefusedError, MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise RefusedError("bad_file", _unreadable(path, kind, error), _what_it_is(path)) from error
    loaded.source = file
    loaded.notes = notes + loaded.notes
    return loaded


def _existing(folder: Path, file: str) -> Path:
    path = Path(os.path.realpath(folder / file))
    if not path.is_relative_to(os.path.realpath(folder)):
        raise RefusedError("bad_file", f"{file} leads out of the session's folder")
    try:
        info = path.stat()
    except OSError:
        there = sorted(p.name for p in folder.iterdir() if p.is_file())[:20]
        raise RefusedError(
            "bad_file",
            f"there is no file {file} in the session's folder",
            f"files there: {', '.join(there)}"
            if there
            else "the folder is empty: fetch_from_url or upload_file first",
        ) from None
    if not stat.S_ISREG(info.st_mode):
        raise RefusedError("bad_file", f"{file} is no regular file")
    if info.st_size == 0:
        raise RefusedError(
            "bad_file", f"{file} is empty: it has no bytes", "check how it was made or fetched"
        )
    return path


def _unreadable(path: Path, kind: str, error: Exception) -> str:
    reason = (
        " ".join(str(error).replace(str(path), path.name).split())[:300] or type(error).__name__
    )
    return f"{path.name} cannot be read as {kind}: {reason}"


def _what_it_is(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(512)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return (
                f"by its first bytes it is {name}: give it the right extension, "
                "or read it in execute_code"
            )
    text = head.lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "it is a web page, not a data file: fetch the file's own address"
    if text and b"\0" not in text:
        return (
            "it is plain text: if it is a table, name it .csv or .json; or read it in execute_code"
        )
    return "check how it was made or fetched, or read it in execute_code"


def _text(path: Path, _sheet: str, delimiter: str) -> Loaded:
    separator = delimiter or ("\t" if path.suffix.lower() == ".tsv" else "")
    frame, notes = text_files.read(path, separator)
    return Loaded(frame, notes=notes)


def _workbook(path: Path, sheet: str, _delimiter: str) -> Loaded:
    frame, name, notes = workbooks.read(path, sheet)
    return Loaded(frame, sheet=name, notes=notes)


def _json(path: Path, _sheet: str, _delimiter: str) -> Loaded:
    frame, notes = json_files.read(path)
    return Loaded(frame, notes=notes)


def _jsonl(path: Path, _sheet: str, _delimiter: str) -> Loaded:
    frame, notes = json_files.read_lines(path)
    return Loaded(frame, notes=notes)


def _parquet(path: Path, _sheet: str, _delimiter: str) -> Loaded:
    return Loaded(pd.read_parquet(path))


_READERS: dict[str, Any] = {
    "xlsx": _workbook,
    "xls": _workbook,
    "csv": _text,
    "tsv": _text,
    "json": _json,
    "jsonl": _jsonl,
    "parquet": _parquet,
}
