import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from harness import Kernel
from sql import query, rows

NUMBERED = "SELECT i, 'row ' || i AS t FROM range(200000) r(i) ORDER BY i"


def kept(tmp_path: Path) -> list[str]:
    return sorted(p.name for p in (tmp_path / "outputs").iterdir())


def test_a_cut_result_is_counted_and_kept_whole(sales: Kernel, tmp_path: Path) -> None:
    run = query(sales, NUMBERED, limit=10, offset=5)
    assert (run.data["total"], run.data["cut"], run.data["rows"][0]) == (200000, True, [5, "row 5"])
    assert len(run.data["rows"]) == 10
    table = pq.read_table(tmp_path / run.data["file"])
    assert table.num_rows == 200000
    assert table.column("i")[0].as_py() == 0
    whole = query(sales, "SELECT * FROM df", limit=3)
    assert (whole.data["total"], whole.data["cut"], "file" in whole.data) == (3, False, False)


@pytest.mark.parametrize(
    ("limit", "offset", "count", "cut"),
    [(2, 0, 2, True), (2, 1, 2, False), (9, 3, 0, False), (9, 2**40, 0, False), (0, 0, 0, True)],
)
def test_limit_and_offset_at_their_edges(
    sales: Kernel, limit: int, offset: int, count: int, cut: bool
) -> None:
    run = query(sales, "SELECT * FROM df", limit=limit, offset=offset)
    assert (len(run.data["rows"]), run.data["cut"], run.data["total"]) == (count, cut, 3)


def test_the_pages_of_a_result_share_one_file(sales: Kernel, tmp_path: Path) -> None:
    sales.cell("big = pd.DataFrame({'i': range(5000)})")
    first = query(sales, "FROM big", limit=10).data["file"]
    for offset in (10, 20, 0):
        page = query(sales, "FROM big", limit=10, offset=offset)
        assert (page.data["file"], page.data["cut"]) == (first, True)
    assert len(kept(tmp_path)) == 1
    sales.cell("big = big.tail(4000)")
    later = query(sales, "FROM big", limit=10, offset=20)
    assert "file" not in later.data
    assert "has changed" in later.data["notes"][0]
    fresh = query(sales, "FROM big", limit=10).data["file"]
    assert fresh != first
    assert pq.read_metadata(tmp_path / fresh).num_rows == 4000
    (tmp_path / fresh).unlink()
    assert query(sales, "FROM big", limit=10, offset=20).data["file"] != fresh


def test_a_file_that_code_has_changed_is_not_taken_for_the_result(
    sales: Kernel, tmp_path: Path
) -> None:
    first = query(sales, NUMBERED, limit=1).data["file"]
    (tmp_path / first).write_bytes(b"mine")
    again = query(sales, NUMBERED, limit=1, offset=1).data["file"]
    assert again != first
    assert (tmp_path / first).read_bytes() == b"mine"


def test_columns_of_one_name_and_of_odd_types_are_kept_too(sales: Kernel, tmp_path: Path) -> None:
    columns = "i AS a, i + 1 AS a, INTERVAL 1 DAY AS d, NULL AS n, {'x': i} AS s"
    run = query(sales, f"SELECT {columns} FROM range(9) r(i)", limit=1)
    table = pq.read_table(tmp_path / run.data["file"])
    assert table.column_names == ["a", "a_1", "d", "n", "s"]
    assert table.column("d")[0].as_py() == "1 day"


def test_a_result_that_cannot_be_kept_says_why(sales: Kernel, tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("in the way")
    run = query(sales, NUMBERED, limit=1)
    assert (run.data["total"], "file" in run.data) == (200000, False)
    assert "not kept as a file" in run.data["notes"][0]


def test_rows_too_wide_for_a_reply_are_cut(sales: Kernel) -> None:
    run = query(sales, "SELECT repeat('x', 9000) AS t FROM range(5000)", limit=5000)
    assert run.data["cut"] is True
    assert 0 < len(run.data["rows"]) < 5000
    assert run.data["total"] == 5000


def test_a_large_result_is_streamed(sales: Kernel) -> None:
    peak = "int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    before = int(sales.cell(peak).value)
    run = query(sales, "SELECT range AS r, 'text ' || range AS t FROM range(5000000)", limit=3)
    assert (run.data["total"], run.data["cut"]) == (5_000_000, True)
    assert int(sales.cell(peak).value) - before < 250_000


def test_a_hungry_query_is_refused_and_what_it_took_is_given_back(
    sales: Kernel, tmp_path: Path
) -> None:
    run = query(sales, "SELECT list(hash(i)) FROM range(2000000000) r(i)", limit=1)
    assert "Out of Memory" in run.error["message"], run
    assert "aggregate" in run.error["hint"]
    assert "SET memory_limit" not in run.error["message"]
    assert sales.cell("len(df)").value == "3"
    held = "int(open('/proc/self/status').read().split('RssAnon:')[1].split()[0])"
    assert int(sales.cell(held).value) < 700_000
    assert not list(tmp_path.glob(".duckdb/*"))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT SUM(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)",
        "SELECT i, hash(i) h FROM range(900000000) r(i) ORDER BY h",
        "SELECT hash(i) h, count(*) FROM range(3000000000) r(i) GROUP BY 1",
        "SELECT * FROM range(100000000000)",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT max(i) FROM r",
    ],
)
def test_a_runaway_query_stops_and_keeps_variables(sales: Kernel, sql: str) -> None:
    run_id = sales.start("query", {"sql": sql, "limit": 1, "offset": 0})
    time.sleep(1)
    sales.interrupt()
    run = sales.finish(run_id)
    assert (run.status, run.error["name"]) == ("error", "KeyboardInterrupt")
    assert sales.cell("len(df)").value == "3"
    assert rows(sales, "SELECT count(*) FROM df") == [[3]]


def test_an_interrupt_is_heard_before_the_query_itself_begins(sales: Kernel) -> None:
    sales.cell(
        "class Slow:\n    def __str__(self):\n        import time\n        time.sleep(0.01)\n"
        "        return 'x'\n"
        "slow = pd.DataFrame({'s': [Slow()] * 300})"
    )
    run_id = sales.start("query", {"sql": "SELECT count(*) FROM slow, range(100000000000)"})
    time.sleep(0.5)
    sales.interrupt()
    sales.interrupt()
    assert sales.finish(run_id).error["name"] == "KeyboardInterrupt"
    assert rows(sales, "SELECT count(*) FROM df") == [[3]]


def test_a_query_that_will_not_stop_is_left_behind(sales: Kernel) -> None:
    query(sales, "CREATE TABLE t AS SELECT 1 AS one")
    sql = "SELECT levenshtein(repeat('a', 100000), repeat('b', 100000))"
    run_id = sales.start("query", {"sql": sql})
    time.sleep(0.5)
    sales.interrupt()
    assert sales.finish(run_id).error["name"] == "KeyboardInterrupt"
    run = query(sales, "SELECT count(*) FROM df")
    assert run.data["rows"] == [[3]], run
    assert "without them" in run.data["notes"][0]
    assert "one" not in query(sales, "FROM t").error["message"]


def test_a_kernel_removes_what_another_one_has_spilled(sales: Kernel, tmp_path: Path) -> None:
    (tmp_path / ".duckdb").mkdir()
    left = tmp_path / ".duckdb" / "duckdb_temp_1_0_storage_DEFAULT-0.tmp"
    left.write_bytes(b"x")
    rows(sales, "SELECT 1")
    assert not left.exists()


def test_queries_leave_no_threads_behind(sales: Kernel) -> None:
    rows(sales, "SELECT 1")
    count = "import os\nlen(os.listdir('/proc/self/task'))"
    before = sales.cell(count).value
    for _ in range(5):
        rows(sales, "SELECT count(*) FROM df")
    assert sales.cell(count).value == before
