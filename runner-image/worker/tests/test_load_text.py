import ast
from pathlib import Path

import pytest
from files import load, loaded, notes, refused, shape, types
from harness import Kernel

VALUES = "{c: [None if v != v else v for v in d[c].tolist()] for c in d}"


@pytest.mark.parametrize(
    ("content", "frame", "note"),
    [
        (b"a,b\nx,1,2\ny,3,4\n", {"a": ["x", "y"], "b": [1, 3], "extra_1": [2, 4]}, "more fields"),
        (
            b"a,b\n1,2\n3,4,5\n6,7\n",
            {"a": [1, 3, 6], "b": [2, 4, 7], "extra_1": [None, 5, None]},
            "lines 3",
        ),
        (b"a,b\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}, ""),
        (b"a,b,\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}, "empty columns"),
        (b"a,b\n1\n3,4\n", {"a": [1, 3], "b": [None, 4.0]}, "1 row has fewer"),
        (
            b"a,b,c\n1,2,3\nSource: x\n",
            {"a": ["1", "Source: x"], "b": [2, None], "c": [3, None]},
            "fewer",
        ),
        (b"Report 2024\n\na,b\n1,2\n3,4\n5,6\n", {"a": [1, 3, 5], "b": [2, 4, 6]}, "Report 2024"),
        (
            b"Report,,\nEast,,\n,,\na,b,c\n1,2,3\n4,5,6\n",
            {"a": [1, 4], "b": [2, 5], "c": [3, 6]},
            "Report; East",
        ),
        (b"# made by x\na,b\n1,2\n3,4\n", {"a": [1, 3], "b": [2, 4]}, "made by x"),
        (b"sep=;\na;b\n1;2\n", {"a": [1], "b": [2]}, "delimiter: ;"),
        (b"1,2.5\n3,4.5\n", {"column_1": [1, 3], "column_2": [2.5, 4.5]}, "no header"),
        (b"2023,2024\n1,2\n", {"2023": [1], "2024": [2]}, ""),
        (b'a;b\n"x;y";1\n', {"a": ["x;y"], "b": [1]}, "delimiter: ;"),
        (b"a^b\n1^2\n", {"a": [1], "b": [2]}, "delimiter: ^"),
        (b"name\nAnn, MD\nBob, PhD\n", {"name": ["Ann, MD", "Bob, PhD"]}, "one column"),
        (b"a;b\n1.5;x\n2.25;y\n", {"a": [1.5, 2.25], "b": ["x", "y"]}, "delimiter"),
        (b"a,b\n", {"a": [], "b": []}, "no rows"),
        (b"only\nx\n", {"only": ["x"]}, ""),
        (b"a,a\n1,2\n", {"a": [1], "a.1": [2]}, "stand twice"),
        (b",a\n0,5\n1,6\n", {"Unnamed: 0": [0, 1], "a": [5, 6]}, ""),
        (b" a , b \n1, x\n2, y\n", {"a": [1, 2], "b": ["x", "y"]}, ""),
        (b'a,b\n"l1\nl2",2\n', {"a": ["l1\nl2"], "b": [2]}, ""),
        (b"a,b\r\n1,2\n3,4\r5,6\r\n", {"a": [1, 3, 5], "b": [2, 4, 6]}, ""),
        (b"\n\na,b\n\n1,2\n\n", {"a": [1], "b": [2]}, ""),
        (b"a,b\n1,2\n\x1a", {"a": [1], "b": [2]}, ""),
        (b"a,b\nx\0y,2\n", {"a": ["x\0y"], "b": [2]}, ""),
        (b'a,b\n1,"x\n2,y\n', {"a": [1, 2], "b": ['"x', "y"]}, "never closed"),
        (b'a,b\n1,"say \\"hi\\", x"\n2,y\n', {"a": [1, 2], "b": ['say "hi", x', "y"]}, "backslash"),
        (b"a,b\n'x, y',1\n'z',2\n", {"a": ["x, y", "z"], "b": [1, 2]}, "single quotes"),
        (b'a,b\n1,5" pipe\n', {"a": [1], "b": ['5" pipe']}, ""),
    ],
)
def test_no_text_is_read_wrong_in_silence(
    kernel: Kernel, tmp_path: Path, content: bytes, frame: dict[str, list[object]], note: str
) -> None:
    run = loaded(kernel, tmp_path / "t.csv", content)
    assert note in notes(run), run
    assert ast.literal_eval(kernel.cell(VALUES).value) == frame


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("дом;яд\nЖилец;Щит\nЛыжи;Ёж\n", "cp1251", "cp1251"),  # noqa: RUF001
        ("дом;яд\nЖилец;Щит\nЛыжи;Ёж\n", "koi8_r", "koi8_r"),  # noqa: RUF001
        ("名前;都市\n太郎;東京\n花子;大阪\n", "cp932", "cp932"),
        ("name;city\nJosé;“Köln”\nx;y\n", "cp1252", "cp1252"),
        ("name;city\nJosé;Köln\nx;y\n", "latin-1", "cp1252"),
        ("a;b\n1;é\n2;x\n", "utf-16-le", "utf-16-le"),
        ("a;b\n1;é\n2;x\n", "utf-16", "utf-16"),
        ("a;b\n1;é\n2;x\n", "utf-32", "utf-32"),
        ("a;b\n1;é\n2;x\n", "utf-8-sig", ""),
    ],
)
def test_encodings_are_found_out(
    kernel: Kernel, tmp_path: Path, text: str, encoding: str, said: str
) -> None:
    run = loaded(kernel, tmp_path / "t.csv", text.encode(encoding))
    assert said in notes(run)
    assert kernel.cell("d.to_csv(sep=';', index=False)").value == repr(text)


def test_a_text_that_is_not_quite_utf_8_keeps_its_letters(kernel: Kernel, tmp_path: Path) -> None:
    content = b"a,b\n" + "é,1\n".encode() * 3 + b"x\xff,2\n"
    run = loaded(kernel, tmp_path / "t.csv", content)
    assert "some bytes are not" in notes(run)
    assert kernel.cell("d.a.tolist()").value == "['é', 'é', 'é', 'x\ufffd']"


def test_a_late_letter_decides_the_encoding(kernel: Kernel, tmp_path: Path) -> None:
    content = b"a,b\n" + b"x,1\n" * 300_000 + "é,2\n".encode("latin-1")
    loaded(kernel, tmp_path / "t.csv", content)
    assert kernel.cell("d.a.iloc[-1]").value == "'é'"


@pytest.mark.parametrize(
    ("file", "delimiter", "names"),
    [
        ("t.csv", ";", ["a,b", "c"]),
        ("t.csv", ",", ["a", "b;c"]),
        ("t.csv", "|", ["a", "b;c"]),
        ("t.tsv", "\t", ["a", "b;c"]),
    ],
)
def test_a_delimiter_that_is_given_holds_if_it_is_in_the_header(
    kernel: Kernel, tmp_path: Path, file: str, delimiter: str, names: list[str]
) -> None:
    content = "a,b;c\n1,2;3\n4,5;6\n"
    run = loaded(kernel, tmp_path / file, content, delimiter=delimiter)
    assert shape(run)[1] == names


def test_ten_thousand_columns(kernel: Kernel, tmp_path: Path) -> None:
    names = ",".join(f"c{i}" for i in range(10_000))
    run = loaded(kernel, tmp_path / "t.csv", f"{names}\n{names}\n")
    assert (run.data["column_count"], len(run.data["columns"])) == (10_000, 100)


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("page.csv", b"<!DOCTYPE html><html>Sign in</html>", "web page"),
        ("empty.csv", b"", "empty"),
        ("blank.csv", b"  \n \n", "empty"),
        ("zeros.csv", b"a,b\n" + bytes(200), "binary"),
        ("archive.csv", b"PK\x03\x04" + bytes(200), "zip archive"),
        ("packed.csv", b"\x1f\x8b" + bytes(200), "gzip"),
        ("store.csv", b"SQLite format 3\0" + bytes(200), "SQLite"),
        ("x.pdf", b"%PDF", "xlsx xls csv tsv json jsonl parquet"),
        ("x.xlsb", b"PK", "save it as xlsx"),
        ("x.db", b"x", "sqlite3"),
    ],
)
def test_what_is_no_text_with_a_table_is_refused(
    kernel: Kernel, tmp_path: Path, file: str, content: bytes, words: str
) -> None:
    assert words in refused(kernel, tmp_path / file, content)


def test_a_table_with_another_extension_is_read_as_what_it_is(
    kernel: Kernel, tmp_path: Path
) -> None:
    kernel.cell("import pandas as pd\npd.DataFrame({'a': [1]}).to_excel('book.csv.xlsx')")
    (tmp_path / "book.csv.xlsx").rename(tmp_path / "book.csv")
    assert "really xlsx" in notes(load(kernel, "book.csv"))
    run = loaded(kernel, tmp_path / "rows.csv", '{"a": 1}\n{"a": 2}\n')
    assert (shape(run), "really json" in notes(run)) == ((2, ["a"]), True)
    run = loaded(kernel, tmp_path / "sheet.xls", "a\tb\n1\t2\n")
    assert (shape(run), "really csv" in notes(run)) == ((1, ["a", "b"]), True)
    kernel.cell("pd.DataFrame({'a': [1]}).to_parquet('t.csv')")
    assert types(load(kernel, "t.csv")) == ["int64"]
