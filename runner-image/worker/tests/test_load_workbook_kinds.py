import shutil
import struct
import zipfile
from pathlib import Path

import pytest
from books import DATA, SHEET, values, with_part, write
from files import load, notes, refused, shape
from harness import Kernel

#: Each is fifty of the one before.
ENTITIES = "".join(f"<!ENTITY {b} '{f'&{a};' * 50}'>" for a, b in ("ab", "bc", "cd", "de", "ef"))
ENTITIES += f"<!ENTITY a '{'x' * 1000}'>"


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        ("<worksheet><sheetData><row r='1'><c r='A1'", "damaged"),
        ("<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>99</v></c></row>", "damaged"),
        ("<worksheet><sheetData><row r='9999999'><c r='A1'><v>1</v></c></row>", "damaged"),
        ("<worksheet><sheetData><row r='1'><c r='ZZZZ1'><v>1</v></c></row>", "damaged"),
        (
            f"<!DOCTYPE x [{ENTITIES}]><worksheet><sheetData><row r='1'><c t='str'><v>&f;</v></c>",
            "damaged",
        ),
        ("<worksheet><sheetData/></worksheet>", "empty"),
    ],
)
def test_a_hostile_sheet_is_refused(kernel: Kernel, tmp_path: Path, xml: str, words: str) -> None:
    write(tmp_path / "t.xlsx", ["x"])
    with_part(tmp_path / "t.xlsx", SHEET, xml.encode())
    assert words in refused(kernel, tmp_path / "t.xlsx", None)


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(kernel: Kernel, tmp_path: Path) -> None:
    write(tmp_path / "t.xlsx", ["x"])
    raw = bytearray((tmp_path / "t.xlsx").read_bytes())
    size = raw.index(b"PK\x01\x02") + 24  # of the first part, in the archive's directory
    raw[size : size + 4] = (3 << 30).to_bytes(4, "little")
    assert "unpacks to" in refused(kernel, tmp_path / "t.xlsx", bytes(raw))


def test_a_workbook_of_1997_is_read(kernel: Kernel, tmp_path: Path) -> None:
    for file in ("old.xls", "merged.xls"):
        shutil.copy(DATA / file, tmp_path / file)
    run = load(kernel, "old.xls")
    assert (run.data["rows"], run.data["sheet"]) == (2, "First"), run
    assert "hidden sheets: Secret" in notes(run)
    assert load(kernel, "old.xls", sheet="Nope").error["name"] == "bad_sheet"
    run = load(kernel, "merged.xls")
    assert shape(run) == (2, ["Region", "2023 Q1", "2023 Q2", "2024 Q1", "2024 Q2"])
    assert "hidden rows are read too: 1" in notes(run)
    run = load(kernel, "merged.xls", sheet="Dates")
    assert values(kernel) == "[['2024-02-29 00:00:00', 'True', '007', '10:30:00', 'nan', '5']]"


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def test_a_workbook_of_the_eighties_is_read(kernel: Kernel, tmp_path: Path) -> None:
    """A bare stream of BIFF2: its beginning, two labels, two numbers, its end."""
    stream = record(0x0009, struct.pack("<HH", 2, 0x10))
    for column, name in enumerate((b"a", b"b")):
        stream += record(0x0004, struct.pack("<HH3xB", 0, column, 1) + name)
        stream += record(0x0003, struct.pack("<HH3xd", 1, column, column + 0.5))
    (tmp_path / "t.xls").write_bytes(stream + record(0x000A, b""))
    run = load(kernel, "t.xls")
    assert (shape(run), values(kernel)) == ((1, ["a", "b"]), "[['0.5', '1.5']]")


def compound(stream: str) -> bytes:
    """Return a compound file (MS-CFB) whose directory lies far behind its header."""
    sector = 40
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    header[30:32] = (9).to_bytes(2, "little")
    header[48:52] = sector.to_bytes(4, "little")
    return bytes(header) + bytes(512 * sector) + stream.encode("utf-16-le") + bytes(512)


LOCKED = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0x0DBB, 0x07CC, 0, 6)) + record(
    0x002F, struct.pack("<HHHH", 0, 1, 1, 1)
)


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("cut.xlsx", b"PK\x03\x04 and no more", "cut short"),
        ("locked.xlsx", compound("EncryptedPackage"), "password"),
        ("locked.xls", LOCKED, "password"),
        ("letter.xls", compound("WordDocument"), "Word document"),
        ("cut.xls", (DATA / "merged.xls").read_bytes()[:3000], "cut short"),
        ("page.xls", b"<html><table><tr><td>1</table></html>", "pd.read_html"),
        ("page.xlsx", b"<html>Sign in</html>", "web page"),
        ("xml.xls", b'<?xml version="1.0"?><Workbook/>', "XML"),
        ("letter.xlsx", b"Dear reader, this is no workbook.\n", "plain text"),
        ("picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100), "not a workbook"),
        ("empty.xlsx", b"", "empty"),
    ],
)
def test_what_is_no_workbook_is_named(
    kernel: Kernel, tmp_path: Path, file: str, content: bytes, words: str
) -> None:
    assert words in refused(kernel, tmp_path / file, content)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("xl/workbook.bin", "xlsb"),
        ("mimetype", "OpenDocument"),
        ("word/document.xml", "Word document"),
        ("readme.txt", "zip archive"),
    ],
)
def test_an_archive_of_another_kind_is_named(
    kernel: Kernel, tmp_path: Path, part: str, words: str
) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr(part, "x")
    assert words in refused(kernel, tmp_path / "t.xlsx", None)


def test_an_empty_workbook_is_refused(kernel: Kernel, tmp_path: Path) -> None:
    write(tmp_path / "t.xlsx")
    assert "no cell has a value" in refused(kernel, tmp_path / "t.xlsx", None)
