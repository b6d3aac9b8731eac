import os
from pathlib import Path

import pytest
from harness import Kernel
from sql import query, rows


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
    assert rows(sales, sql) == [["Bob", None, 2, 1], ["Ann", "Bonn", 4, 2]]


@pytest.mark.parametrize(
    "path", ["sub/g.csv", "./sub/g.csv", "{folder}/sub/g.csv", "{name}/sub/g.csv", "sub/*.csv"]
)
def test_files_are_found_by_each_form_of_their_name(
    sales: Kernel, tmp_path: Path, path: str
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "g.csv").write_text("a\n7\n")
    path = path.format(folder=tmp_path, name=tmp_path.name)
    assert rows(sales, f"SELECT a FROM '{path}'") == [[7]]
    assert rows(sales, f"FROM read_csv_auto('{path}', header = true)") == [[7]]
    sales.cell("import os\nos.chdir('sub')")
    assert rows(sales, f"SELECT count(*) FROM '{tmp_path.name}/sub/g.csv'") == [[1]]


def test_names_are_neither_shadowed_nor_changed(sales: Kernel) -> None:
    names = "sorted(k for k in globals() if not k.startswith('_')), df.columns.tolist()"
    before = sales.cell(names).value
    query(sales, "CREATE TABLE t AS SELECT * FROM df")
    assert rows(sales, "SELECT COUNT(*) FROM t") == [[3]]
    sales.cell("df = df.head(1)")
    assert rows(sales, "SELECT COUNT(*) FROM df") == [[1]]
    assert sales.cell(names).value == before


def test_a_view_sees_the_frame_as_it_is_now(sales: Kernel) -> None:
    query(sales, "CREATE VIEW v AS SELECT SUM(revenue) AS s FROM df")
    sales.cell("df.loc[0, 'revenue'] = 100")
    assert rows(sales, "SELECT s FROM v") == [[105]]


def test_a_transaction_that_failed_does_not_stay(sales: Kernel) -> None:
    query(sales, "BEGIN")
    assert query(sales, "SELECT nope").status == "error"
    for _ in range(2):
        last = query(sales, "SELECT 1")
    assert last.data["rows"] == [[1]]


def test_statements_answer_with_what_they_did(sales: Kernel, tmp_path: Path) -> None:
    for sql in (
        "CREATE TABLE t (a INTEGER)",
        "CREATE VIEW w AS FROM t",
        "SET threads = 1",
        "BEGIN",
    ):
        run = query(sales, sql)
        assert (run.status, run.data["columns"], run.data["rows"]) == ("ok", [], []), run
    query(sales, "COMMIT")
    assert rows(sales, "INSERT INTO t VALUES (1), (2)") == [[2]]
    several = query(sales, "UPDATE t SET a = a + 1; SELECT 1; SELECT a AS z FROM t ORDER BY 1;;")
    assert (several.data["columns"][0]["name"], several.data["rows"]) == ("z", [[2], [3]])
    query(sales, "COPY t TO 'out.csv'")
    assert (tmp_path / "out.csv").read_text() == "a\n2\n3\n"
    query(sales, "ATTACH 'kept.db' AS kept; CREATE TABLE kept.t AS FROM df; DETACH kept")
    assert (tmp_path / "kept.db").stat().st_size > 0


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("EXPLAIN SELECT * FROM df", "physical_plan"),
        ("DESCRIBE df", "region"),
        ("SUMMARIZE df", "region"),
        ("PIVOT df ON region USING sum(revenue)", 4),
        ("SELECT * FROM (PIVOT df ON region USING sum(revenue))", 4),
        ("FROM DF", "East"),
        ("SELECT region FROM df -- FROM nothing", "East"),
        ("/* why */ SELECT 5 /* not df */", 5),
        ("SELECT region FROM query('SELECT * FROM df')", "East"),
        ("VALUES ('x')", "x"),
    ],
)
def test_every_kind_of_statement_answers(sales: Kernel, sql: str, first: object) -> None:
    assert rows(sales, sql)[0][0] == first


def test_of_names_alike_the_one_written_is_meant(sales: Kernel) -> None:
    sales.cell("DF = pd.DataFrame({'x': [7]})")
    assert rows(sales, "SELECT x FROM DF") == [[7]]
    assert rows(sales, "SELECT count(*), 'DF' FROM df") == [[3, "DF"]]
    run = query(sales, "SELECT * FROM df, DF")
    assert "df and DF apart" in run.error["message"]
    assert "df and DF apart" in query(sales, "SELECT * FROM Df").error["message"]


def test_a_frame_may_be_called_as_a_word_of_sql_or_as_a_file(sales: Kernel, tmp_path: Path) -> None:
    sales.cell("order = df.head(1)\nsales = df.head(2)\n日本 = df")
    (tmp_path / "sales.csv").write_text("a\n1\n2\n3\n4\n")
    assert rows(sales, 'SELECT count(*) FROM "order"') == [[1]]
    assert 'FROM "order"' in query(sales, "SELECT * FROM order").error["hint"]
    assert rows(sales, "SELECT count(*) FROM sales") == [[2]]
    assert rows(sales, "SELECT count(*) FROM 'sales.csv'") == [[4]]
    assert rows(sales, "SELECT count(*) FROM 日本") == [[3]]


def test_a_frame_hides_a_table_of_its_name_and_that_is_said(sales: Kernel) -> None:
    query(sales, "CREATE TABLE later AS SELECT 5 AS five")
    sales.cell("later = df")
    run = query(sales, "SELECT count(*) FROM later")
    assert (run.data["rows"], len(run.data["notes"])) == ([[3]], 1)
    assert "memory.main.later" in run.data["notes"][0]
    assert rows(sales, "SELECT * FROM memory.main.later") == [[5]]
    assert "memory.main" in query(sales, "DROP TABLE later").error["hint"]
    assert "CREATE TABLE" in query(sales, "UPDATE df SET revenue = 0").error["hint"]
    query(sales, "CREATE TEMP TABLE passing AS SELECT 6 AS six")
    sales.cell("passing = df")
    run = query(sales, "SELECT * FROM passing")
    assert run.data["rows"] == [[6]]
    assert "temporary table" in run.data["notes"][0]


def test_settings_hold_for_one_query_only(sales: Kernel) -> None:
    sql = "SELECT current_setting('memory_limit'), current_setting('threads')"
    before = rows(sales, sql)
    assert before[0][1] == int(os.environ.get("POWER_CPUS", "2"))
    query(sales, "SET memory_limit = '1TB'; SET threads = 64")
    after = rows(sales, sql)
    assert after[0][1] == before[0][1]
    assert not str(after[0][0]).endswith("TB")
    assert "931" not in str(after[0][0])
