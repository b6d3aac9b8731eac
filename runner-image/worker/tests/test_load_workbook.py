import datetime as dt
import time
from pathlib import Path

import openpyxl
import openpyxl.chart
import openpyxl.styles
import pandas as pd
import pytest
from books import SHEET, values, with_part, write
from files import load, notes, shape, types
from harness import Kernel


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
