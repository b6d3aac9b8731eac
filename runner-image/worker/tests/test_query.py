import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from harness import Kernel, Run


@pytest.fixture
def sales(kernel: Kernel) -> Kernel:
    kernel.cell(
        "import pandas as pd, numpy as np, decimal, datetime\n"
        "df = pd.DataFrame({'region': ['East', 'West', 'East'], 'revenue': [1, 2, 3]})\n"
        "names = pd.DataFrame({'region': ['East', 'West'], 'lead': ['Ann', 'Bob']})"
    )
    return kernel


def query(kernel: Kernel, sql: str, limit: int = 1000, offset: int = 0) -> Run:
    return kernel.run("query", sql=sql, limit=limit, offset=offset)


def test_sql_over_plain_frames_joins_and_files(sales: Kernel, tmp_path: Path) -> None:
    run = query(
        sales, "SELECT region, SUM(revenue) AS total FROM df GROUP BY region ORDER BY total DESC"
    )
    assert run.data["rows"] == [["East", 4], ["West", 2]], run
    assert [c["name"] for c in run.data["columns"]] == ["region", "total"]
    (tmp_path / "f.csv").write_text("region,city\nEast,Bonn\n")
    sql = """WITH s AS (SELECT region, SUM(revenue) t FROM df GROUP BY 1)
             SELECT lead, city, t, rank() OVER (ORDER BY t) r FROM s
             JOIN names USING (region) LEFT JOIN 'f.csv' USING (region)
             ORDER BY t"""
    assert query(sales, sql).data["rows"] == [["Bob", None, 2, 1], ["Ann", "Bonn", 4, 2]]


def test_names_are_neither_shadowed_nor_changed(sales: Kernel) -> None:
    before = sales.cell("sorted(k for k in globals() if not k.startswith('_'))").value
    query(sales, "CREATE TABLE t AS SELECT * FROM df")
    assert query(sales, "SELECT COUNT(*) FROM t").data["rows"] == [[3]]
    sales.cell("df = df.head(1)")
    assert query(sales, "SELECT COUNT(*) FROM df").data["rows"] == [[1]]
    assert sales.cell("sorted(k for k in globals() if not k.startswith('_'))").value == before


def test_a_cut_result_is_counted_and_kept_whole(sales: Kernel, tmp_path: Path) -> None:
    run = query(
        sales, "SELECT i, 'row ' || i AS t FROM range(200000) r(i) ORDER BY i", limit=10, offset=5
    )
    assert (run.data["total"], run.data["cut"], run.data["rows"][0]) == (200000, True, [5, "row 5"])
    assert len(run.data["rows"]) == 10
    kept = pq.read_table(tmp_path / run.data["file"])
    assert kept.num_rows == 200000
    assert kept.column("i")[0].as_py() == 0
    whole = query(sales, "SELECT * FROM df", limit=3)
    assert (whole.data["total"], whole.data["cut"], "file" in whole.data) == (3, False, False)
    past = query(sales, "SELECT * FROM df", offset=10)
    assert (past.data["rows"], past.data["total"], past.data["cut"]) == ([], 3, False)


def test_rows_too_wide_for_a_reply_are_cut(sales: Kernel) -> None:
    run = query(sales, "SELECT repeat('x', 9000) AS t FROM range(5000)", limit=5000)
    assert run.data["cut"] is True
    assert 0 < len(run.data["rows"]) < 5000
    assert run.data["total"] == 5000


def test_values_are_rendered_right(sales: Kernel) -> None:
    sales.cell(
        "odd = pd.DataFrame({'f': [np.nan, 1.5], 't': [pd.NaT, pd.Timestamp('2024-02-29 12:00')],"
        " 'l': [[1, 2], [3]], 'm': ['a', 1], 'b': [True, False]})"
    )
    assert query(sales, "SELECT * FROM odd").data["rows"] == [
        [None, None, [1, 2], "a", True],
        [1.5, "2024-02-29T12:00:00", [3], "1", False],
    ]
    row = query(
        sales,
        "SELECT 1.10::DECIMAL(10,2), 9007199254740993::BIGINT, "
        "170141183460469231731687303715884105727::HUGEINT,"
        " {'a': 1}, '\\xAB'::BLOB, DATE '2024-01-31', "
        "12345678901234567890.123456789::DECIMAL(38,9), NULL, INTERVAL 1 DAY",
    ).data["rows"][0]
    assert row[:6] == [
        1.1,
        "9007199254740993",
        "170141183460469231731687303715884105727",
        {"a": 1},
        "0xab",
        "2024-01-31",
    ]
    assert row[6:8] == ["12345678901234567890.123456789", None]


def test_odd_frames_are_taken(sales: Kernel) -> None:
    sales.cell("t = pd.DataFrame({0: [1], 'big': [2**70], ('a', 'b'): [None]})")
    run = query(sales, 'SELECT "0", big FROM t')
    assert run.data["rows"] == [[1, str(2**70)]], run


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nope FROM df", "region"),
        ("SELECT * FROM nothing", "df, names"),
        ("", "empty"),
        ("SELECT 1/0 FROM", "syntax error"),
        ("SELECT * FROM 'missing.csv'", "missing.csv"),
        ("INSTALL httpfs", ""),
    ],
)
def test_what_does_not_run_says_why(sales: Kernel, sql: str, words: str) -> None:
    run = query(sales, sql)
    assert (run.status, run.error["name"]) == ("error", "sql_error"), run
    assert words in run.error["message"] + run.error.get("hint", "")
    assert "traceback" not in run.error
    assert query(sales, "SELECT 1").data["rows"] == [[1]]


def test_a_runaway_query_stops_and_keeps_variables(sales: Kernel) -> None:
    run_id = sales.start(
        "query",
        {
            "sql": "SELECT SUM(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)",
            "limit": 1,
            "offset": 0,
        },
    )
    time.sleep(1)
    sales.interrupt()
    run = sales.finish(run_id)
    assert (run.status, run.error["name"]) == ("error", "KeyboardInterrupt")
    assert sales.cell("len(df)").value == "3"
    assert query(sales, "SELECT 1").data["rows"] == [[1]]


@pytest.mark.parametrize(
    ("make", "rows"),
    [
        ("df.groupby('region').sum()", [["East", 4], ["West", 2]]),
        ("pd.DataFrame({'p': pd.period_range('2020', periods=1, freq='M')})", [["2020-01"]]),
        ("pd.DataFrame({'i': pd.cut([1], [0, 3])})", [["(0, 3]"]]),
        ("pd.DataFrame({'s': pd.arrays.SparseArray([0, 1])})", [[0], [1]]),
        ("pd.DataFrame({'c': [1j]})", [["1j"]]),
        ("pd.DataFrame({'t': pd.to_timedelta([90], 'm')})", [["1:30:00"]]),
        ("pd.DataFrame([[1, 2]], columns=['a', 'a'])", [[1, 2]]),
        ("pd.DataFrame({'c': pd.Categorical(['x'])})", [["x"]]),
        ("pd.DataFrame({'i': pd.array([1, None], dtype='Int64')})", [[1], [None]]),
        ("pd.DataFrame({'m': [1] * 3000 + ['x']}).tail(1)", [["x"]]),
    ],
)
def test_frames_of_every_kind_can_be_queried(sales: Kernel, make: str, rows: list[object]) -> None:
    sales.cell(f"odd = {make}")
    run = query(sales, "SELECT * FROM odd")
    assert run.data["rows"] == rows, run
    assert "Warning" not in run.output


def test_a_view_sees_the_frame_as_it_is_now(sales: Kernel) -> None:
    query(sales, "CREATE VIEW v AS SELECT SUM(revenue) AS s FROM df")
    sales.cell("df.loc[0, 'revenue'] = 100")
    assert query(sales, "SELECT s FROM v").data["rows"] == [[105]]


def test_a_transaction_that_failed_does_not_stay(sales: Kernel) -> None:
    query(sales, "BEGIN")
    assert query(sales, "SELECT nope").status == "error"
    for _ in range(2):
        last = query(sales, "SELECT 1")
    assert last.data["rows"] == [[1]]


def test_a_large_result_is_streamed(sales: Kernel) -> None:
    peak = "int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    before = int(sales.cell(peak).value)
    run = query(sales, "SELECT range AS r, 'text ' || range AS t FROM range(5000000)", limit=3)
    assert (run.data["total"], run.data["cut"]) == (5_000_000, True)
    assert int(sales.cell(peak).value) - before < 200_000


def test_statements_answer_with_what_they_did(sales: Kernel, tmp_path: Path) -> None:
    query(sales, "CREATE TABLE t (a INTEGER)")
    assert query(sales, "INSERT INTO t VALUES (1), (2)").data["rows"] == [[2]]
    assert query(sales, "SELECT 1; SELECT 2 AS z").data["columns"][0]["name"] == "z"
    query(sales, "COPY t TO 'out.csv'")
    assert (tmp_path / "out.csv").read_text() == "a\n1\n2\n"
    assert "load_dataset" in query(sales, "SELECT * FROM 'x.xlsx'").error["hint"]
    assert "no network" in query(sales, "SELECT * FROM 'https://x/y.csv'").error["hint"]
