import ast
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl.chart
import pandas as pd
import pytest
from harness import Kernel, Run

LOCKED = "EncryptedPackage".encode("utf-16-le")
FRAME = pd.DataFrame(
    {"region": ["East", "West", "Süd"], "revenue": [10.5, 20.25, 30.0], "n": [1, 2, 3]}
)


def load(kernel: Kernel, file: str, name: str = "d", **more: str) -> Run:
    return kernel.run("load", file=file, name=name, **more)


@pytest.mark.parametrize(
    ("file", "write"),
    [
        ("t.csv", lambda p: FRAME.to_csv(p, index=False)),
        ("t.tsv", lambda p: FRAME.to_csv(p, index=False, sep="\t")),
        ("bom.csv", lambda p: FRAME.to_csv(p, index=False, encoding="utf-8-sig")),
        ("wide.csv", lambda p: FRAME.to_csv(p, index=False, encoding="utf-16")),
        (
            "west.csv",
            lambda p: FRAME.to_csv(p, index=False, sep=";", decimal=",", encoding="cp1252"),
        ),
        ("pipe.csv", lambda p: FRAME.to_csv(p, index=False, sep="|")),
        ("t.json", lambda p: FRAME.to_json(p, orient="records")),
        ("columns.json", lambda p: p.write_text(FRAME.to_json(orient="columns"))),
        (
            "under.json",
            lambda p: p.write_text('{"data": ' + FRAME.to_json(orient="records") + ', "n": 3}'),
        ),
        ("t.jsonl", lambda p: FRAME.to_json(p, orient="records", lines=True)),
        ("t.parquet", FRAME.to_parquet),
        ("t.xlsx", lambda p: FRAME.to_excel(p, index=False)),
    ],
)
def test_each_format_gives_the_same_table(
    kernel: Kernel, tmp_path: Path, file: str, write: Callable[[Path], object]
) -> None:
    write(tmp_path / file)
    run = load(kernel, file)
    if file == "columns.json":  # pandas' own form: a mapping of columns to rows
        assert run.status == "ok"
        return
    assert run.status == "ok", run
    assert (run.data["rows"], run.data["column_count"]) == (3, 3)
    assert [c["name"] for c in run.data["columns"]] == ["region", "revenue", "n"]
    assert "East" in run.data["preview"]
    assert run.data["source"] == file
    assert (
        kernel.cell("float(d.revenue.sum()), list(d.region)").value
        == "(60.75, ['East', 'West', 'Süd'])"
    )


def test_loading_again_replaces(kernel: Kernel, tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    FRAME.head(1).to_csv(tmp_path / "b.csv", index=False)
    load(kernel, "a.csv")
    assert load(kernel, "b.csv").data["rows"] == 1
    assert kernel.cell("len(d)").value == "1"


def test_a_wrong_sheet_names_those_there_are(kernel: Kernel, tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "b.xlsx", engine="openpyxl") as book:
        FRAME.to_excel(book, sheet_name="First", index=False)
        FRAME.head(1).to_excel(book, sheet_name="Second", index=False)
        FRAME.to_excel(book, sheet_name="Secret", index=False)
        book.sheets["Secret"].sheet_state = "hidden"
    run = load(kernel, "b.xlsx", sheet="Third")
    assert run.error["name"] == "bad_sheet"
    assert "First, Second, Secret" in run.error["hint"]
    run = load(kernel, "b.xlsx", sheet="second")
    assert (run.data["rows"], run.data["sheet"]) == (1, "Second")
    notes = " ".join(load(kernel, "b.xlsx").data["notes"])
    assert "other sheets: Second" in notes
    assert "hidden sheets: Secret" in notes


def test_ragged_rows_are_kept_and_named(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("a,b\n1,2\n3,4,5\n6,7\n")
    run = load(kernel, "r.csv")
    assert run.data["rows"] == 3
    assert "lines 3" in " ".join(run.data["notes"])
    assert kernel.cell("list(d.columns), d.extra_1.iloc[1]").value.startswith(
        "(['a', 'b', 'extra_1']"
    )


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("fake.xlsx", b"not a workbook", "plain text"),
        ("page.csv", b"<!DOCTYPE html><html>Sign in</html>", "web page"),
        ("page.xlsx", b"<html>Sign in</html>", "web page"),
        ("broken.jsonl", b'{"a": 1}\n{"a": \n{"a": 3}\n', "line 2"),
        ("broken.json", b'{"a": [1,\n}', "line 2"),
        ("empty.csv", b"", "empty"),
        ("blank.csv", b"  \n \n", "empty"),
        ("scalar.json", b"3", "not a table"),
        ("x.pdf", b"%PDF", "xlsx xls csv tsv json jsonl parquet"),
        ("fake.parquet", b"PAR2 no", "parquet"),
    ],
)
def test_what_is_no_table_is_refused_in_words(
    kernel: Kernel, tmp_path: Path, file: str, content: bytes, words: str
) -> None:
    (tmp_path / file).write_bytes(content)
    run = load(kernel, file)
    assert (run.status, run.error["name"]) == ("error", "bad_file"), run
    said = run.error["message"] + run.error.get("hint", "")
    assert words in said
    assert str(tmp_path) not in said
    assert "traceback" not in run.error
    assert kernel.cell("1 + 1").value == "2"


@pytest.mark.parametrize("name", ["", "1st", "my data", "class", "list", "a.b", "pd", "_x", "json"])
def test_a_name_that_cannot_be_a_variable_gets_a_better_one(
    kernel: Kernel, tmp_path: Path, name: str
) -> None:
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    kernel.cell("import json")
    run = load(kernel, "t.csv", name)
    assert run.error["name"] == "bad_name"
    assert run.error["hint"].split()[-1].isidentifier()


def test_a_file_outside_or_missing_is_refused(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "there.csv").write_text("a\n1\n")
    (tmp_path / "out.csv").symlink_to("/etc/passwd")
    assert "there.csv" in load(kernel, "missing.csv").error["hint"]
    for file in ("../x.csv", "/etc/passwd", "out.csv"):
        assert load(kernel, file).error["name"] == "bad_file"


def test_integers_beyond_64_bits_stay_exact(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "big.csv").write_text("n\n123456789012345678901234567890\n1\n")
    assert load(kernel, "big.csv").status == "ok"
    assert kernel.cell("str(d.n.iloc[0])").value == "'123456789012345678901234567890'"


def test_nested_json_is_flattened_one_level(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "n.json").write_text('[{"a": {"b": 1, "c": {"d": 2}}, "e": [1]}]')
    assert [c["name"] for c in load(kernel, "n.json").data["columns"]] == ["e", "a.b", "a.c"]


def test_datasets_lists_loaded_and_plain_frames(kernel: Kernel, tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    assert kernel.run("datasets").data == []
    load(kernel, "t.csv", "loaded")
    kernel.cell(
        "import pandas as pd\nplain = pd.DataFrame({'x': range(5)})\nwide = "
        "pd.DataFrame([range(500)])\nplain"
    )
    listed = {d["name"]: d for d in kernel.run("datasets").data}
    assert sorted(listed) == ["loaded", "plain", "wide"]
    assert listed["loaded"]["source"] == "t.csv"
    assert (listed["plain"]["rows"], listed["plain"]["columns"]) == (
        5,
        [{"name": "x", "type": "int64"}],
    )
    assert (listed["wide"]["column_count"], len(listed["wide"]["columns"])) == (500, 100)


def test_a_decimal_comma_changes_numbers_and_nothing_else(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "de.csv").write_text(
        "Datum;Betrag;Preis;IP\n01.02.2024;1.234,50;9,99;10.0.0.1\n02.02.2024;7,25;0,50;10.0.0.2\n"
    )
    assert load(kernel, "de.csv").status == "ok"
    assert kernel.cell("' '.join(map(str, d.iloc[0]))").value == "'01.02.2024 1234.5 9.99 10.0.0.1'"


@pytest.mark.parametrize(
    ("content", "frame", "note"),
    [
        (b"a,b\nx,1,2\ny,3,4\n", {"a": ["x", "y"], "b": [1, 3], "extra_1": [2, 4]}, "more fields"),
        (b"a,b\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}, ""),
        (b"a,b\n1\n3,4\n", {"a": [1, 3], "b": [None, 4.0]}, "1 row has fewer"),
        (b"Report 2024\n\na,b\n1,2\n3,4\n5,6\n", {"a": [1, 3, 5], "b": [2, 4, 6]}, "Report 2024"),
        (b'a;b\n"x;y";1\n', {"a": ["x;y"], "b": [1]}, "delimiter: ;"),
        (
            "дом;яд\nЖилец;Щит\nЛыжи;Ёж\n".encode("cp1251"),  # noqa: RUF001
            {"дом": ["Жилец", "Лыжи"], "яд": ["Щит", "Ёж"]},
            "guessed",
        ),
        (b"name\nJos\xe9\n", {"name": ["José"]}, "cp1252"),
        ("a,b\n1,é\n".encode("utf-16-le"), {"a": [1], "b": ["é"]}, "utf-16-le"),
        (b"a;b\n1.5;x\n2.25;y\n", {"a": [1.5, 2.25], "b": ["x", "y"]}, "delimiter"),
        (b"a,b\n", {"a": [], "b": []}, "no rows"),
        (b"only\nx\n", {"only": ["x"]}, ""),
        (b"a,a\n1,2\n", {"a": [1], "a.1": [2]}, ""),
    ],
)
def test_no_text_is_read_wrong_in_silence(
    kernel: Kernel, tmp_path: Path, content: bytes, frame: dict[str, list[object]], note: str
) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    run = load(kernel, "t.csv")
    assert note in " ".join(run.data["notes"]), run
    got = kernel.cell("{c: [None if v != v else v for v in d[c].tolist()] for c in d}").value
    assert ast.literal_eval(got) == frame


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("ids.csv", "id\n12345678901234567\n\n12345678901234569\n"),
        ("ids.csv", "id,v\n12345678901234567,1\n,2\n12345678901234569,3\n"),
        ("ids.json", '[{"id": 12345678901234567}, {"id": null}, {"id": 12345678901234569}]'),
        ("ids.jsonl", '{"id": 12345678901234567}\n{}\n{"id": 12345678901234569}\n'),
    ],
)
def test_identifiers_with_gaps_stay_exact(
    kernel: Kernel, tmp_path: Path, file: str, content: str
) -> None:
    (tmp_path / file).write_text(content)
    assert load(kernel, file).status == "ok"
    assert kernel.cell("int(d.id.dropna().iloc[-1])").value == "12345678901234569"


@pytest.mark.parametrize(
    ("content", "columns", "rows"),
    [
        ('{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}', ["a", "b"], 2),
        ('{"columns": ["a", "b"], "index": [0], "data": [[1, 2]]}', ["a", "b"], 1),
        ('[["a", "b"], [1, 2], [3, 4]]', ["a", "b"], 2),
        ('{"k1": {"v": 1}, "k2": {"v": 2}}', ["key", "v"], 2),
        ('{"meta": {"n": 2}, "result": {"items": [{"a": 1}, {"a": 2}]}}', ["a"], 2),
        ('{"a": 1, "b": {"c": 2}}', ["a", "b.c"], 1),
        ("[1, 2, 3]", ["value"], 3),
        ('{"a": 1}\n{"a": 2}\n', ["a"], 2),
    ],
)
def test_json_of_any_shape_that_is_a_table(
    kernel: Kernel, tmp_path: Path, content: str, columns: list[str], rows: int
) -> None:
    (tmp_path / "t.json").write_text(content)
    run = load(kernel, "t.json")
    assert ([c["name"] for c in run.data["columns"]], run.data["rows"]) == (columns, rows)


def test_a_title_above_the_header_and_merged_cells_are_told(kernel: Kernel, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "Quarterly report"
    sheet.merge_cells("A1:C1")
    for row in ([], ["region", "n", "x"], ["East", 1, 2.5], ["West", 2, 3.5]):
        sheet.append(row)
    book.create_chartsheet("Chart").add_chart(openpyxl.chart.BarChart())
    book.save(tmp_path / "t.xlsx")
    run = load(kernel, "t.xlsx")
    notes = " ".join(run.data["notes"])
    assert ([c["name"] for c in run.data["columns"]], run.data["rows"]) == (["region", "n", "x"], 2)
    assert "row 3" in notes
    assert "Quarterly report" in notes
    assert "A1:C1" in notes
    assert "Chart" not in notes


def test_a_workbook_of_1997_is_read(kernel: Kernel, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "data" / "old.xls", tmp_path / "old.xls")
    run = load(kernel, "old.xls")
    assert (run.data["rows"], run.data["sheet"]) == (2, "First"), run
    assert "hidden sheets: Secret" in " ".join(run.data["notes"])
    assert load(kernel, "old.xls", sheet="Nope").error["name"] == "bad_sheet"


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("cut.xlsx", b"PK\x03\x04 and no more", "cut short"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600 + LOCKED + b"\0" * 99, "password"),
        ("page.xls", b"<html><table><tr><td>1</table></html>", "pd.read_html"),
        ("text.xlsx", b"a,b\n1,2\n", "plain text"),
        ("zeros.csv", b"a,b\n" + bytes(200), "binary"),
        ("book.csv", b"PK\x03\x04" + bytes(200), "binary"),
    ],
)
def test_what_is_disguised_is_named(
    kernel: Kernel, tmp_path: Path, file: str, content: bytes, words: str
) -> None:
    (tmp_path / file).write_bytes(content)
    run = load(kernel, file)
    assert run.error["name"] == "bad_file"
    assert words in run.error["message"] + run.error.get("hint", "")


def test_a_million_rows_fit(kernel: Kernel) -> None:
    kernel.cell(
        "n = 1_500_000\npd.DataFrame({'id': range(n), 'v': np.random.rand(n), 'r': ['East', 'West']"
        " * (n // 2)}).to_csv('big.csv', index=False)"
    )
    run = load(kernel, "big.csv")
    assert run.data["rows"] == 1_500_000
    assert [c["type"] for c in run.data["columns"]] == ["int64", "float64", "str"]
