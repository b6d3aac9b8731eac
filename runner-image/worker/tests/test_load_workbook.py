import datetime as dt
import shutil
import struct
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import openpyxl.chart
import openpyxl.styles
import pandas as pd
import pytest
from files import load, notes, refused, shape, types
from harness import Kernel

DATA = Path(__file__).parent / "data"


def write(path: Path, *rows: Sequence[object], merge: Sequence[str] = ()) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for cells in merge:
        sheet.merge_cells(cells)
    book.save(path)
    return book


def values(kernel: Kernel) -> str:
    return kernel.cell("print([[str(v) for v in row] for row in d.values.tolist()])").output.strip()


def with_part(path: Path, part: str, content: bytes) -> None:
    """Put something else in the place of a part of a workbook."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, old in parts.items():
            target.writestr(name, content if name == part else old)


#: Each is fifty of the one before.
ENTITIES = "".join(f"<!ENTITY {b} '{f'&{a};' * 50}'>" for a, b in ("ab", "bc", "cd", "de", "ef"))
ENTITIES += f"<!ENTITY a '{'x' * 1000}'>"
SHEET = "xl/worksheets/sheet1.xml"


def test_a_wrong_sheet_names_those_there_are(kernel: Kernel, tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "b.xlsx", engine="openpyxl") as book:
        for name, count in (("First", 3), ("Second", 1), ("Secret", 3)):
            pd.DataFrame({"a": range(count)}).to_excel(book, sheet_name=name, index=False)
        book.sheets["Secret"].sheet_state = "hidden"
    run = load(kernel, "b.xlsx", sheet="Third")
    assert run.error["name"] == "bad_sheet"
    assert "First, Second, Secret" in run.error["hint"]
    run = load(kernel, "b.xlsx", sheet=" second")
    assert (run.data["rows"], run.data["sheet"]) == (1, "Second")
    assert load(kernel, "b.xlsx", sheet="Secret").data["rows"] == 3
    said = notes(load(kernel, "b.xlsx"))
    assert "other sheets: Second" in said
    assert "hidden sheets: Secret" in said


def test_the_first_sheet_is_the_first_that_can_be_seen_and_has_cells(
    kernel: Kernel, tmp_path: Path
) -> None:
    book = write(tmp_path / "t.xlsx", ["secret"], [1])
    book.active.sheet_state = "hidden"
    book.create_sheet("Blank")
    shown = book.create_sheet("Shown")
    shown.append(["a"])
    shown.append([2])
    book.create_chartsheet("Chart").add_chart(openpyxl.chart.BarChart())
    book.active = 1
    book.save(tmp_path / "t.xlsx")
    run = load(kernel, "t.xlsx")
    assert (run.data["sheet"], shape(run)) == ("Shown", (1, ["a"]))
    assert "Blank is empty: this is Shown" in notes(run)
    assert "Chart" not in notes(run)
    assert "its other sheets are" in load(kernel, "t.xlsx", sheet="Blank").error["hint"]


@pytest.mark.parametrize(
    ("rows", "wanted", "note"),
    [
        (
            [["Quarterly report"], [], ["region", "n"], ["East", 1], ["West", 2]],
            (2, ["region", "n"]),
            "row 3; above it: Quarterly report",
        ),
        (
            [
                ["Region", "2023", None, "2024", None],
                [None, "Q1", "Q2", "Q1", "Q2"],
                ["East", 1, 2, 3, 4],
            ],
            (1, ["Region", "2023 Q1", "2023 Q2", "2024 Q1", "2024 Q2"]),
            "2 rows, joined",
        ),
        (
            [["Region", 2023, None], [None, "Q1", "Q2"], ["East", 1, 2]],
            (1, ["Region", "2023 Q1", "2023 Q2"]),
            "2 rows, joined",
        ),
        ([["region", 2023, 2024], ["East", 1, 2]], (1, ["region", "2023", "2024"]), ""),
        (
            [["region", dt.datetime(2024, 1, 1)], ["East", 1]],  # noqa: DTZ001
            (1, ["region", "2024-01-01"]),
            "",
        ),
        (
            [[1, 2.5, "x"], [3, 4.5, "y"]],
            (2, ["column_1", "column_2", "column_3"]),
            "no header",
        ),
        ([[], [], [None, "a", "b"], [None, 1, 2]], (1, ["a", "b"]), ""),
        ([["a\nb", " c "], [1, 2]], (1, ["a b", "c"]), ""),
        ([["a", "a"], [1, 2]], (1, ["a", "a.1"]), "stand twice"),
        ([["a", "b"], [1, 2], [], [], [3, 4], []], (2, ["a", "b"]), "blank rows left out: 2"),
        (
            [["a", "b"], [1, 2], [], ["x", "y", "z"], [5, 6, 7]],
            (1, ["a", "b"]),
            "another table begins in row 4 (x, y, z)",
        ),
        (
            [["a", None, "x"], [1, None, 5], [2, None, 6]],
            (2, ["a", "x"]),
            "blank columns left out (B)",
        ),
        ([["a", "b"]], (0, ["a", "b"]), "no rows below its header"),
    ],
)
def test_the_table_of_a_sheet_is_found(
    kernel: Kernel, tmp_path: Path, rows: list[list[object]], wanted: object, note: str
) -> None:
    write(tmp_path / "t.xlsx", *rows)
    run = load(kernel, "t.xlsx")
    assert shape(run) == wanted, run
    assert note in notes(run)


def test_a_merged_header_gives_joined_names(kernel: Kernel, tmp_path: Path) -> None:
    rows = [["Report"], ["Region", "2023", None, "2024"], [None, "Q1", "Q2", "Q1", "Q2"], ["E", 1]]
    write(tmp_path / "t.xlsx", *rows, merge=["A1:E1", "A2:A3", "B2:C2", "D2:E2"])
    run = load(kernel, "t.xlsx")
    assert shape(run) == (1, ["Region", "2023 Q1", "2023 Q2", "2024 Q1", "2024 Q2"])
    assert "rows 2 to 3" in notes(run)


def test_merged_cells_give_each_row_their_value(kernel: Kernel, tmp_path: Path) -> None:
    rows = [["region", "n"], ["East", 1], [None, 2], ["all of it", None], ["West", 3]]
    write(tmp_path / "t.xlsx", *rows, merge=["A2:A3", "A4:B4"])
    run = load(kernel, "t.xlsx")
    assert values(kernel).startswith("[['East', '1.0'], ['East', '2.0'], ['all of it', 'nan']")
    assert "(A2:A3): each row has the value" in notes(run)
    assert "(A4:B4): only the first cell" in notes(run)


def test_cells_keep_their_types(kernel: Kernel, tmp_path: Path) -> None:
    date, time = dt.date(2024, 1, 2), dt.time(10, 30)
    columns = {
        "day": date, "time": time, "span": dt.timedelta(hours=30), "yes": True, "n": 3, "f": 1.5,
        "code": "007", "country": "NA", "digits": "12", "iso": "2024-01-02", "kept": "a\nb\r",
    }  # fmt: skip
    write(tmp_path / "t.xlsx", list(columns), list(columns.values()), [None] * 4 + [4])
    run = load(kernel, "t.xlsx")
    assert dict(zip(columns, types(run), strict=True)) == {
        "day": "datetime64[us]", "time": "object", "span": "timedelta64[us]", "yes": "object",
        "n": "int64", "f": "float64", "code": "str", "country": "str", "digits": "str",
        "iso": "datetime64[us]", "kept": "str",
    }  # fmt: skip
    assert values(kernel).startswith(
        "[['2024-01-02 00:00:00', '10:30:00', '1 days 06:00:00', 'True', '3', '1.5', '007', 'NA', "
        "'12', '2024-01-02 00:00:00', 'a\\nb\\r']"
    )
    assert "digits: numbers stored as text" in notes(run)


def test_dates_count_from_1904_where_the_workbook_says_so(kernel: Kernel, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["d"])
    book.active.append([dt.date(2024, 1, 2)])
    book.save(tmp_path / "t.xlsx")
    load(kernel, "t.xlsx")
    assert values(kernel) == "[['2024-01-02 00:00:00']]"


def test_what_a_sheet_hides_or_lacks_is_told(kernel: Kernel, tmp_path: Path) -> None:
    book = write(tmp_path / "t.xlsx", ["a", "b", "c"], ["#N/A", 1, "=A2+1"], ["#DIV/0!", 2, "=A3"])
    book.active.row_dimensions[3].hidden = True
    book.save(tmp_path / "t.xlsx")
    run = load(kernel, "t.xlsx")
    assert types(run) == ["float64", "int64", "float64"]
    for note in ("1 #N/A, 1 #DIV/0!", "2 cells have no value", "hidden rows are read too: 1"):
        assert note in notes(run)


def test_a_sheet_that_another_program_wrote_is_read_too(kernel: Kernel, tmp_path: Path) -> None:
    write(tmp_path / "t.xlsx", ["x"])
    xml = """<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
      <x:sheetData><x:row><x:c t="inlineStr"><x:is><x:r><x:t>a</x:t></x:r>
        <x:r><x:t xml:space="preserve"> b</x:t></x:r><x:rPh><x:t>said</x:t></x:rPh></x:is></x:c>
        <x:c t="str"><x:f>A</x:f><x:v> s_x000D_</x:v>
        </x:c></x:row>
      <x:row r="3"><x:c r="B3">
        <x:v>5</x:v>
        </x:c></x:row></x:sheetData></x:worksheet>"""
    with_part(tmp_path / "t.xlsx", SHEET, xml.encode())
    assert shape(load(kernel, "t.xlsx")) == (1, ["a b", "s"])
    assert values(kernel) == "[['nan', '5.0']]"


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


def test_an_interrupt_stops_a_long_load_and_keeps_variables(kernel: Kernel, tmp_path: Path) -> None:
    write(tmp_path / "t.xlsx", ["x"])
    cells = '<row><c><v>1</v></c><c t="str"><v>x</v></c></row>' * 600_000
    xml = f"<worksheet><sheetData>{cells}</sheetData></worksheet>"
    with_part(tmp_path / "t.xlsx", SHEET, xml.encode())
    kernel.cell("kept = 42")
    run_id = kernel.start("load", {"file": "t.xlsx", "name": "d"})
    time.sleep(0.5)
    kernel.interrupt()
    assert kernel.finish(run_id).error["name"] == "KeyboardInterrupt"
    assert kernel.cell("kept, 'd' in globals()").value == "(42, False)"
