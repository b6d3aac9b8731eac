"""What a file called a workbook really is: its suffix often lies."""

import zipfile
from pathlib import Path

from power_worker.outcome import RefusedError

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
#: A bare BIFF stream, as old programs write it.
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HEAD = 1 << 20
_RENAME = "give it the right extension, or read it in execute_code"


def engine(path: Path) -> str:
    """Return the reader for a workbook's content; raises RefusedError for what is none."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_ZIP):
        return "openpyxl"
    if head.startswith(_OLE):
        if _ENCRYPTED in head:
            raise RefusedError(
                "bad_file",
                f"{path.name} is protected by a password",
                "save it without one and upload it again",
            )
        return "xlrd"
    if head.startswith(_BIFF):
        return "xlrd"
    raise RefusedError("bad_file", f"{path.name} is not a workbook", _instead(head))


def explained(path: Path, error: Exception) -> RefusedError:
    """Say what is wrong with a workbook that its reader refused."""
    try:
        names = set(zipfile.ZipFile(path).namelist())
    except (zipfile.BadZipFile, OSError):
        return RefusedError(
            "bad_file", f"{path.name} is damaged or cut short", "fetch or upload it again"
        )
    if "xl/workbook.bin" in names:
        return RefusedError("bad_file", f"{path.name} is an xlsb workbook", "save it as xlsx")
    if "mimetype" in names:
        return RefusedError("bad_file", f"{path.name} is an OpenDocument file", "save it as xlsx")
    if "xl/workbook.xml" not in names:
        return RefusedError("bad_file", f"{path.name} is a zip archive, not a workbook", _RENAME)
    reason = " ".join(str(error).split())[:300]
    return RefusedError("bad_file", f"{path.name} cannot be opened as a workbook: {reason}")


def _instead(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")):
        return (
            "it is a web page: fetch the file's own address, or, if the page is a table that was "
            "saved as a workbook, read it with pd.read_html in execute_code"
        )
    if text.startswith(b"<?xml"):
        return "it is XML: save it as xlsx, or read it with lxml in execute_code"
    if b"\0" not in head:
        return (
            "it is plain text: if it is a table, name it .csv or .json; or read it in execute_code"
        )
    return "check how it was made or fetched, or read it in execute_code"
