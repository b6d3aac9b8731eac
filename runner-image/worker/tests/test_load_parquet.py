import decimal
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from files import load, notes, refused, shape, types
from harness import Kernel
from sql import rows


def write(path: Path, **columns: object) -> None:
    pq.write_table(pa.table(columns), path)


def test_nested_columns_are_read_and_queried(kernel: Kernel, tmp_path: Path) -> None:
    write(
        tmp_path / "t.parquet",
        numbers=[[1, 2], None],
        record=[{"a": 1, "b": "x"}, {"a": 2, "b": None}],
        pairs=pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())),
        deep=[[{"x": 1}], []],
    )
    assert shape(load(kernel, "t.parquet")) == (2, ["numbers", "record", "pairs", "deep"])
    for source in ("d", "'t.parquet'"):
        assert rows(kernel, f"SELECT numbers[2], record.b, pairs, deep FROM {source}") == [
            [2, "x", {"k": 1}, [{"x": 1}]],
            [None, None, None, []],
        ]


def test_whole_numbers_with_gaps_stay_exact(kernel: Kernel, tmp_path: Path) -> None:
    write(
        tmp_path / "t.parquet",
        a=[9007199254740993, None],
        u=pa.array([2**64 - 1, None], pa.uint64()),
        f=[1.5, None],
        n=[1, 2],
        d=[decimal.Decimal("1.10"), None],
    )
    assert types(load(kernel, "t.parquet")) == ["Int64", "UInt64", "float64", "int64", "object"]
    assert rows(kernel, "SELECT * FROM d LIMIT 1") == [
        ["9007199254740993", str(2**64 - 1), 1.5, 1, 1.1]
    ]


def test_an_index_comes_back(kernel: Kernel) -> None:
    kernel.cell(
        "import pandas as pd\n"
        "pd.DataFrame({'a': [1, None]}, index=pd.Index(['x', 'y'], name='k'), dtype='Int64')"
        ".to_parquet('t.parquet')"
    )
    assert load(kernel, "t.parquet").data["index"] == ["k"]
    assert rows(kernel, "SELECT * FROM d") == [["x", 1], ["y", None]]


def test_odd_tables(kernel: Kernel, tmp_path: Path) -> None:
    write(tmp_path / "none.parquet", a=pa.array([], pa.int64()))
    assert "no rows" in notes(load(kernel, "none.parquet"))
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    assert shape(load(kernel, "twice.parquet")) == (1, ["a", "a.1"])
    pq.write_table(pa.table({"a": range(1000)}), tmp_path / "groups.parquet", row_group_size=10)
    assert shape(load(kernel, "groups.parquet")) == (1000, ["a"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: raw[:-20], "cut short"),
        (lambda raw: raw[:30], "cut short"),
        (lambda raw: raw[:10] + bytes(len(raw) - 60) + raw[-50:], "damaged"),
        (lambda raw: b"PARE" + raw[4:-4] + b"PARE", "encrypted"),
        (lambda _: b"a,b\n1,2\n", "plain text"),
        (lambda _: b"", "empty"),
    ],
)
def test_what_is_no_parquet_is_named(
    kernel: Kernel, tmp_path: Path, change: Callable[[bytes], bytes], words: str
) -> None:
    write(tmp_path / "t.parquet", a=range(100), b=[str(n) for n in range(100)])
    raw = (tmp_path / "t.parquet").read_bytes()
    assert words in refused(kernel, tmp_path / "x.parquet", change(raw))


def test_a_file_without_columns_is_empty(kernel: Kernel, tmp_path: Path) -> None:
    pq.write_table(pa.table({}), tmp_path / "x.parquet")
    assert "no columns" in refused(kernel, tmp_path / "x.parquet", None)
