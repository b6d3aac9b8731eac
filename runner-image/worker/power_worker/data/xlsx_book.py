"""An xlsx workbook opened: its sheets, strings and styles, without reading a single cell."""

import re
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import SHARED_STRINGS

_READ = 1 << 20
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Part(NamedTuple):
    """A sheet with cells."""

    path: str
    hidden: bool


class Book:
    """What its sheets need to be read. Close it."""

    def __init__(self, path: Path) -> None:
        # By its path, openpyxl would refuse an xlsx that is called xls.
        self._file = path.open("rb")
        try:
            self._open()
        except BaseException:
            self._file.close()
            raise

    def _open(self) -> None:
        """Do what ExcelReader.read does, but for the sheets: it would look for their sizes."""
        reader = ExcelReader(self._file, read_only=True, data_only=True, keep_links=False)
        self.archive = reader.archive
        reader.read_manifest()
        reader.read_workbook()
        apply_stylesheet(self.archive, reader.wb)
        self.epoch = reader.wb.epoch
        self.dates = {str(style) for style in reader.wb._date_formats}
        self.spans = {str(style) for style in reader.wb._timedelta_formats}
        self.strings = _strings(self.archive, reader.package)
        self.parts = {
            sheet.name: Part(rel.target, sheet.state != "visible")
            for sheet, rel in reader.parser.find_sheets()
            if rel.target in reader.valid_files and "chartsheet" not in rel.Type
        }

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _strings(archive: Any, package: Any) -> list[str]:
    part = package.find(SHARED_STRINGS)
    if part is None:
        return []
    reader = _Strings()
    with archive.open(part.PartName[1:]) as stream:
        while chunk := stream.read(_READ):
            reader.parser.Parse(chunk, False)
    reader.parser.Parse(b"", True)
    return reader.strings


class _Strings:
    """Takes the texts of a table of strings (ECMA-376 part 1, 18.4.8): runs are joined."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._text = ""
        self._listens = self._skips = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            self._text = ""
        elif name == "rPh":  # how it is pronounced
            self._skips = True
        self._listens = name == "t" and not self._skips

    def _data(self, text: str) -> None:
        if self._listens:
            self._text += text

    def _end(self, name: str) -> None:
        self._listens = False
        name = name.rpartition(":")[2]
        if name == "rPh":
            self._skips = False
        elif name == "si":
            self.strings.append(plain(self._text))


def plain(text: str) -> str:
    """Return a text without the escapes of ST_Xstring (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
