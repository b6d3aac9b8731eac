from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from files import load, loaded, refused, shape
from harness import Kernel

FRAME = pd.DataFrame(
    {"region": ["East", "West", "Süd"], "revenue": [10.5, 20.25, 30.0], "n": [1, 2, 3]}
)
RECORDS = FRAME.to_json(orient="records")


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
        ("t.txt", lambda p: FRAME.to_csv(p, index=False, sep="^")),
        ("t.json", lambda p: p.write_text(RECORDS)),
        ("columns.json", lambda p: p.write_text(FRAME.to_json(orient="columns"))),
        ("under.json", lambda p: p.write_text(f'{{"data": {RECORDS}, "n": 3}}')),
        ("t.jsonl", lambda p: FRAME.to_json(p, orient="records", lines=True)),
        ("t.parquet", FRAME.to_parquet),
        ("t.xlsx", lambda p: FRAME.to_excel(p, index=False)),
        ("t.xlsm", lambda p: FRAME.to_excel(p, index=False, engine="openpyxl")),
    ],
)
def test_each_format_gives_the_same_table(
    kernel: Kernel, tmp_path: Path, file: str, write: Callable[[Path], object]
) -> None:
    write(tmp_path / file)
    run = load(kernel, file)
    assert run.status == "ok", run
    assert shape(run) == (3, ["region", "revenue", "n"])
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


@pytest.mark.parametrize("name", ["", "1st", "my data", "class", "list", "a.b", "pd", "_x", "json"])
def test_a_name_that_cannot_be_a_variable_gets_a_better_one(
    kernel: Kernel, tmp_path: Path, name: str
) -> None:
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    kernel.cell("import json")
    run = load(kernel, "t.csv", name)
    assert run.error["name"] == "bad_name"
    assert run.error["hint"].split()[-1].isidentifier()


def test_a_name_of_another_value_is_taken_and_that_is_said(kernel: Kernel, tmp_path: Path) -> None:
    kernel.cell("d = {'kept': 'nowhere else'}")
    run = loaded(kernel, tmp_path / "t.csv", "a\n1\n")
    assert "d was a dict" in run.data["notes"][0]
    assert loaded(kernel, tmp_path / "t.csv", "a\n1\n").data["notes"] == []


def test_a_failed_load_keeps_what_had_the_name(kernel: Kernel, tmp_path: Path) -> None:
    loaded(kernel, tmp_path / "t.csv", "a\n1\n")
    refused(kernel, tmp_path / "t.json", "{")
    assert kernel.cell("len(d)").value == "1"


def test_a_file_outside_or_missing_is_refused(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "there.csv").write_text("a\n1\n")
    (tmp_path / "out.csv").symlink_to("/etc/passwd")
    (tmp_path / "folder.csv").mkdir()
    assert "there.csv" in load(kernel, "missing.csv").error["hint"]
    for file in ("../x.csv", "/etc/passwd", "out.csv", "folder.csv", "there.csv/x.csv"):
        assert load(kernel, file).error["name"] == "bad_file"


def test_datasets_lists_loaded_and_plain_frames(kernel: Kernel, tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    assert kernel.run("datasets").data == []
    load(kernel, "t.csv", "loaded")
    kernel.cell(
        "import pandas as pd\nplain = pd.DataFrame({'x': range(5)})\nwide = "
        "pd.DataFrame([range(500)])\ntotals = loaded.groupby('region')[['n']].sum()\nplain"
    )
    listed = {d["name"]: d for d in kernel.run("datasets").data}
    assert sorted(listed) == ["loaded", "plain", "totals", "wide"]
    assert listed["loaded"]["source"] == "t.csv"
    assert (listed["plain"]["rows"], listed["plain"]["columns"]) == (
        5,
        [{"name": "x", "type": "int64"}],
    )
    assert (listed["totals"]["index"], listed["plain"]["index"]) == (["region"], [])
    assert (listed["wide"]["column_count"], len(listed["wide"]["columns"])) == (500, 100)


def test_a_million_rows_fit(kernel: Kernel) -> None:
    kernel.cell(
        "n = 1_500_000\npd.DataFrame({'id': range(n), 'v': np.random.rand(n), 'r': ['East', 'West']"
        " * (n // 2), 'd': '2024-01-02', 'z': '01234'}).to_csv('big.csv', index=False)"
    )
    run = load(kernel, "big.csv")
    assert run.data["rows"] == 1_500_000
    assert [c["type"] for c in run.data["columns"]] == [
        "int64",
        "float64",
        "str",
        "datetime64[us]",
        "str",
    ]


def test_what_does_not_fit_into_memory_is_refused_and_variables_stay(
    kernel: Kernel, tmp_path: Path
) -> None:
    kernel.cell(
        "import pandas as pd\nfrom power_worker.data import memory\n"
        "pd.DataFrame({'s': [f'a rather long text, row {i}' for i in range(1_000_000)]})"
        ".to_csv('big.csv', index=False)\n"
        "kept = bytearray(memory.free() - (100 << 20))"
    )
    run = load(kernel, "big.csv")
    assert (run.status, run.error["name"]) == ("error", "out_of_memory"), run
    assert "query_dataset" in run.error["hint"]
    assert kernel.cell("len(kept) > 0").value == "True"
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(40 << 30)  # it has a hole and takes no disk
    assert load(kernel, "huge.csv").error["name"] == "out_of_memory"
