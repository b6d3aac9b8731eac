"""Files into DataFrames, by their extension."""

import os
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from power_worker.outcome import RefusedError

from . import file_kinds, json_files, memory, parquet_files, text_files, workbooks


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


#: Kinds whose DataFrame is at least half as large as the file.
_TEXTS = ("csv", "tsv", "json", "jsonl")
_LARGER = 2


def load(folder: Path, file: str, sheet: str, delimiter: str) -> Loaded:
    """Read a file of the session's folder."""
    path = _existing(folder, file)
    kind, note = file_kinds.of(path, file)
    notes = [note] if note else []
    if kind in _TEXTS and path.stat().st_size > memory.free() * _LARGER:
        raise MemoryError
    if sheet and kind not in ("xlsx", "xls"):
        notes.append(f"sheet_name was ignored: a {kind} file has no sheets")
    try:
        loaded = _READERS[kind](path, sheet, delimiter)
    except (RefusedError, MemoryError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise RefusedError(
            "bad_file", _unreadable(path, kind, error), file_kinds.what_it_is(path)
        ) from error
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
    frame, notes = parquet_files.read(path)
    return Loaded(frame, notes=notes)


_READERS: dict[str, Any] = {
    "xlsx": _workbook,
    "xls": _workbook,
    "csv": _text,
    "tsv": _text,
    "json": _json,
    "jsonl": _jsonl,
    "parquet": _parquet,
}
