"""What a file is, by its name and by its content: the two often differ."""

import json
import zipfile
from pathlib import Path

from power_worker.outcome import RefusedError

from . import dialect, encoding

#: Kinds by their extension, and what reads them.
READ = ("xlsx", "xls", "csv", "tsv", "json", "jsonl", "parquet")
_ALSO = {"xlsm": "xlsx", "txt": "csv", "ndjson": "jsonl", "pq": "parquet"}
_OTHERS = {
    "xlsb": "save it as xlsx",
    "ods": "save it as xlsx",
    "pdf": "pdfplumber in execute_code reads tables out of it",
    "docx": "python-docx in execute_code reads it",
    "zip": "unpack it with zipfile in execute_code",
    "gz": "unpack it with gzip in execute_code",
    "db": "sqlite3 in execute_code reads SQLite",
    "sqlite": "sqlite3 in execute_code reads it",
    "html": "pd.read_html in execute_code reads its tables",
    "xml": "pd.read_xml or lxml in execute_code reads it",
}
_WORKBOOKS = ("xlsx", "xls")
_TEXTS = ("csv", "tsv", "json", "jsonl")
#: How the first bytes of a file give away what it is, and the kind that reads it.
_MAGIC = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (xls) or an encrypted xlsx", "xls"),
    (b"PAR1", "a parquet file", "parquet"),
    (b"%PDF", "a PDF", ""),
    (b"\x1f\x8b", "a gzip archive", ""),
    (b"SQLite format 3", "an SQLite database", ""),
    (b"\x89PNG", "a picture", ""),
    (b"PK\x03\x04", "a zip archive", ""),
)
_HEAD = 64 << 10
#: Bytes of JSON that are parsed to see whether a text is that.
_MAX_JSON = 1 << 20


def of(path: Path, file: str) -> tuple[str, str]:
    """Return the kind that reads a file, and what to say if its name tells another."""
    named = path.suffix.lower().lstrip(".")
    kind = _ALSO.get(named, named)
    if kind not in READ:
        raise RefusedError(
            "bad_file",
            f"{file} is no kind of table that load_dataset reads",
            _OTHERS.get(named, "read it with Python in execute_code")
            + f"; load_dataset reads {' '.join(READ)}",
        )
    with path.open("rb") as opened:
        head = opened.read(_HEAD)
    really = _really(path, kind, head)
    return really, "" if really == kind else f"{path.name} is really {really}, and was read so"


def _really(path: Path, kind: str, head: bytes) -> str:
    if kind == "parquet" or (kind in _WORKBOOKS and head.startswith(b"PK\x03\x04")):
        return kind
    if _is_xlsx(path):
        return "xlsx"
    for magic, _, really in _MAGIC:
        if head.startswith(magic):
            return really or kind
    if kind in _WORKBOOKS:
        return "csv" if _is_delimited(path, head) else kind
    return "json" if kind in ("csv", "tsv") and _is_json(path, head) else kind


def _is_xlsx(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _is_delimited(path: Path, head: bytes) -> bool:
    """Say whether a text is a table, and no page or letter."""
    if b"\0" in head[:2000] and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    name, _ = encoding.detect(path)
    text = head.decode(name, "replace")
    if text.lstrip().startswith(("<", "{", "[", "MIME-Version")):
        return False
    found = dialect.delimiter(text)
    rows = dialect.rows(text, found)
    widths = {len(row) for row in rows}
    prose = all(field.startswith(" ") for row in rows for field in row[1:])
    return len(rows) > 1 and len(widths) == 1 and min(widths) > 1 and not prose


def _is_json(path: Path, head: bytes) -> bool:
    """Say whether a text is JSON as a whole, or line by line."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith((b"{", b"[")):
        return False
    line = text.split(b"\n", 1)[0]
    whole = path.stat().st_size <= _MAX_JSON
    return _parses(line) or (whole and _parses(path.read_bytes()))


def _parses(text: bytes) -> bool:
    try:
        return isinstance(json.loads(text), (dict, list))
    except ValueError:
        return False


def instead_of_json(path: Path) -> str:
    """Say what a text that is no JSON is rather."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "it is a web page, not a data file: fetch the file's own address"
    if not text.startswith((b"{", b"[")) and _is_delimited(path, head):
        return "it looks like delimited text: name it .csv"
    return "mend it in execute_code (ast.literal_eval reads what Python prints)"


def what_it_is(path: Path) -> str:
    """Say what a file that could not be read is rather, and what to do."""
    with path.open("rb") as file:
        head = file.read(512)
    for magic, name, _ in _MAGIC:
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
