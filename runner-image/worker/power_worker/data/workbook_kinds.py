"""What a file called a workbook really is: its suffix often lies."""

import zipfile
import zlib
from pathlib import Path
from xml.parsers import expat

from power_worker.outcome import RefusedError

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
#: A bare BIFF stream, as old programs write it.
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
#: Where the header of a compound file (MS-CFB, 2.2) tells its sectors' size and its directory.
_SECTOR_SHIFT, _DIRECTORY = 30, 48
_DIRECTORY_READ = 4096
#: What a compound file is, by a stream in it.
_STREAMS = (
    ("EncryptedPackage", "protected by a password", "save it without one and upload it again"),
    ("WordDocument", "a Word document", "save it as docx: python-docx in execute_code reads that"),
    ("PowerPoint Document", "a presentation", ""),
)
_HEAD = 1 << 20
#: Bytes that a workbook may unpack to: a million rows of ten columns take half of it.
_MAX_UNPACKED = 2 << 30
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, expat.ExpatError)
#: Archives that are other things, by a part of them.
_OTHERS = (
    ("xl/workbook.bin", "an xlsb workbook", "save it as xlsx"),
    ("mimetype", "an OpenDocument file", "save it as xlsx"),
    ("word/document.xml", "a Word document", "python-docx in execute_code reads it"),
)
_RENAME = "give it the right extension, or read it in execute_code"


def is_xlsx(path: Path) -> bool:
    """Say whether a workbook is of today's kind, whatever it is called."""
    with path.open("rb") as file:
        return file.read(len(_ZIP)) == _ZIP


def check(path: Path) -> None:
    """Raise RefusedError for what is no workbook, or none that can be read."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_ZIP):
        _check_size(path)
    elif head.startswith(_OLE):
        _check_streams(path, head)
    elif not head.startswith(_BIFF):
        raise RefusedError("bad_file", f"{path.name} is not a workbook", _instead(head))


def _check_streams(path: Path, head: bytes) -> None:
    """Look into the directory of a compound file."""
    shift = int.from_bytes(head[_SECTOR_SHIFT : _SECTOR_SHIFT + 2], "little")
    sector = int.from_bytes(head[_DIRECTORY : _DIRECTORY + 4], "little")
    with path.open("rb") as file:
        file.seek((sector + 1) << min(shift, 16))
        directory = file.read(_DIRECTORY_READ)
    for stream, what, instead in _STREAMS:
        if stream.encode("utf-16-le") in directory:
            raise RefusedError("bad_file", f"{path.name} is {what}", instead)


def _check_size(path: Path) -> None:
    try:
        size = sum(part.file_size for part in zipfile.ZipFile(path).infolist())
    except (zipfile.BadZipFile, OSError):
        return  # its reader will say so
    if size > _MAX_UNPACKED:
        raise RefusedError(
            "bad_file",
            f"{path.name} unpacks to {size >> 20:,} MB, more than {_MAX_UNPACKED >> 20:,}",
            "split it, or save the sheet as csv",
        )


def explained(path: Path, error: Exception) -> RefusedError:
    """Say what is wrong with a workbook that its reader refused."""
    if "encrypted" in str(error).lower():
        _, what, instead = _STREAMS[0]
        return RefusedError("bad_file", f"{path.name} is {what}", instead)
    if not is_xlsx(path) or isinstance(error, _DAMAGE):
        return _damaged(path)
    names = _parts(path)
    for part, what, instead in _OTHERS:
        if part in names:
            return RefusedError("bad_file", f"{path.name} is {what}", instead)
    if "xl/workbook.xml" not in names:
        return RefusedError("bad_file", f"{path.name} is a zip archive, not a workbook", _RENAME)
    return _damaged(path)


def _parts(path: Path) -> set[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return set()


def _damaged(path: Path) -> RefusedError:
    return RefusedError(
        "bad_file", f"{path.name} is damaged or cut short", "fetch or upload it again"
    )


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
