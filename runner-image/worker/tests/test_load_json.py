import ast
from pathlib import Path

import pytest
from files import loaded, notes, refused, shape, types
from harness import Kernel


@pytest.mark.parametrize(
    ("content", "columns", "rows"),
    [
        ('{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}}', ["a", "b"], 2),
        ('{"columns": ["a", "b"], "index": [0], "data": [[1, 2]]}', ["a", "b"], 1),
        ('{"a": [1, 2], "b": [3, 4]}', ["a", "b"], 2),
        ('{"a": [1, 2], "b": [3]}', ["a", "b"], 1),
        ('[["a", "b"], [1, 2], [3, 4]]', ["a", "b"], 2),
        ("[[1, 2], [3]]", ["column_1", "column_2"], 2),
        ('{"k1": {"v": 1}, "k2": {"v": 2}}', ["key", "v"], 2),
        ('{"meta": {"n": 2}, "result": {"items": [{"a": 1}, {"a": 2}]}}', ["a"], 2),
        ('{"x": {"y": {"z": [{"a": 1}]}}, "ok": true}', ["a"], 1),
        ('{"a": 1, "b": {"c": 2}}', ["a", "b.c"], 1),
        ('[{"a": {"b": 1, "c": {"d": {"e": 2}}}, "f": [1]}]', ["a.b", "a.c.d.e", "f"], 1),
        ('[{"a.b": 1, "a": {"b": 2}}]', ["a.b", "a.b_"], 1),
        ("[1, 2, 3]", ["value"], 3),
        ('[null, {"a": 1}]', ["a"], 2),
        ('[{"a": 1}, 5]', ["value"], 2),
        ('{"a": 1}\n{"a": 2}\n', ["a"], 2),
        ('\ufeff[{"a": NaN}]', ["a"], 1),
    ],
)
def test_json_of_any_shape_that_is_a_table(
    kernel: Kernel, tmp_path: Path, content: str, columns: list[str], rows: int
) -> None:
    assert shape(loaded(kernel, tmp_path / "t.json", content)) == (rows, columns)


def test_what_is_beside_the_rows_is_told(kernel: Kernel, tmp_path: Path) -> None:
    content = '{"meta": {"n": 2}, "result": {"next": 5, "items": [{"a": 1}]}}'
    said = notes(loaded(kernel, tmp_path / "t.json", content))
    assert said == "rows are those under 'result.items'; left out: meta, next"


def test_keys_that_are_data_make_no_thousand_columns(kernel: Kernel, tmp_path: Path) -> None:
    content = str([{"a": {f"id{n}": {"x": 1, "y": 2} for n in range(400)}}]).replace("'", '"')
    run = loaded(kernel, tmp_path / "t.json", content)
    assert run.data["column_count"] == 400
    assert "1 levels deep" in notes(run)


@pytest.mark.parametrize(
    ("values", "wanted", "kind"),
    [
        ("12345678901234567, null, 5", "[12345678901234567, None, 5]", "Int64"),
        ("9007199254740993, null", "[9007199254740993, None]", "Int64"),
        ("1, null", "[1, None]", "Int64"),
        ("1.5, null", "[1.5, None]", "float64"),
        ("123456789012345678901234567890, 1", "[123456789012345678901234567890, 1]", "object"),
        ('"007", "5"', "['007', '5']", "str"),
        ("true, null", "[True, None]", "object"),
        ('1, "x"', "[1, 'x']", "object"),
    ],
)  # fmt: skip
def test_values_stay_exact(
    kernel: Kernel, tmp_path: Path, values: str, wanted: str, kind: str
) -> None:
    rows = [f'{{"a": {value}}}' for value in values.split(", ")]
    for file, content in (("t.json", f"[{','.join(rows)}]"), ("t.jsonl", "\n".join(rows))):
        run = loaded(kernel, tmp_path / file, content)
        assert types(run) == [kind]
        got = kernel.cell("[None if pd.isna(v) else v for v in d.a.tolist()]").value
        assert ast.literal_eval(got) == ast.literal_eval(wanted)


def test_dates_are_dates(kernel: Kernel, tmp_path: Path) -> None:
    run = loaded(kernel, tmp_path / "t.json", '[{"d": "2024-01-02", "e": "01/02/2024"}]')
    assert types(run) == ["datetime64[us]", "str"]
    assert "cannot be told apart" in notes(run)


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("t.json", '{"a": [1,\n}', ["line 2", "column 1"]),
        ("t.json", "{'a': 1}", ["double quotes", "literal_eval"]),
        ("t.json", "3", ["not a table"]),
        ("t.json", "{}", ["empty"]),
        ("t.json", "[]", ["empty"]),
        ("t.json", "[{}]", ["empty"]),
        ("t.json", '{"data": []}', ["empty"]),
        ("t.json", "", ["empty"]),
        ("t.json", " \n", ["empty"]),
        ("t.json", "<html>Sign in</html>", ["web page"]),
        ("t.json", "a,b\n1,2\n", ["name it .csv"]),
        ("t.json", '{"a":' * 100_000 + "1" + "}" * 100_000, ["nested too deeply"]),
        ("t.jsonl", '{"a": 1}\n\n{"a": \n{"a": 3}\n', ["line 3", '{"a":']),
        ("t.jsonl", '{"a": 1}\n{"a": 2} more\n', ["line 2", "column 10", "more"]),
        ("t.jsonl", '{"a": 1}\n{"a": 2', ["line 2"]),
        ("t.jsonl", "\n \n", ["empty"]),
    ],
)
def test_what_is_no_json_says_where(
    kernel: Kernel, tmp_path: Path, file: str, content: str, words: list[str]
) -> None:
    said = refused(kernel, tmp_path / file, content)
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("content", "columns", "rows"),
    [
        ('\n{"a": 1}\n\n{"a": 2, "b": "x"}\n', ["a", "b"], 2),
        ('{"a": 1},\n{"a": 2},\n', ["a"], 2),
        ('[{"a": 1}, {"a": 2}]', ["a"], 2),
        ('{\n  "a": 1\n}\n', ["a"], 1),
        ("[1, 2]\n[3, 4]\n", ["column_1", "column_2"], 2),
        ('{"a": {"b": {"c": 1}}}\n{"a": {"d": 2}}\n', ["a.b.c", "a.d"], 2),
        ('null\n{"a": 1}\n', ["a"], 2),
    ],
)
def test_json_lines_of_any_kind(
    kernel: Kernel, tmp_path: Path, content: str, columns: list[str], rows: int
) -> None:
    assert shape(loaded(kernel, tmp_path / "t.jsonl", content)) == (rows, columns)


def test_identifiers_stay_exact_over_many_lines(kernel: Kernel, tmp_path: Path) -> None:
    lines = '{"id": 12345678901234567}\n' * 60_000 + '{"id": null}\n{"id": 5}\n'
    loaded(kernel, tmp_path / "t.jsonl", lines)
    assert kernel.cell("int(d.id.iloc[0]), int(d.id.iloc[-1])").value == "(12345678901234567, 5)"
