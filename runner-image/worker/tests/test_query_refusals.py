from pathlib import Path

import pytest
from harness import Kernel
from sql import refused, rows


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELEC 1", ["syntax error", "^^^^^"]),
        ("SELECT nope FROM df", ["region"]),
        ("SELECT df.nope FROM df", ["columns of df: region, revenue"]),
        ('SELECT * FROM df WHERE region = "East"', ["'East'", "double quotes"]),
        ("SELECT * FROM nothing", ["df, names"]),
        ("SELECT * FROM name", ["near in name: names"]),
        ("SELECT * FROM there", ["FROM 'there.csv'"]),
        ("", ["empty"]),
        ("-- only a comment", ["empty"]),
        (";", ["empty"]),
        ("SELECT 1/0 FROM", ["syntax error"]),
        ("SELECT * FROM 'missing.csv'", ["missing.csv", "files there are: there.csv"]),
        ("SELECT * FROM 'x.xlsx'", ["load_dataset"]),
        ("SELECT * FROM read_xlsx('x.xlsx')", ["load_dataset"]),
        ("SELECT * FROM 'https://x/y.csv'", ["no network", "fetch_from_url"]),
        ("SELECT * FROM 's3://x/y.parquet'", ["no network"]),
        ("INSTALL httpfs", ["no network"]),
        ("LOAD spatial", ["no network"]),
        ("ATTACH 'x.sqlite' (TYPE sqlite)", ["sqlite3"]),
        ("SELECT ?", ["parameters"]),
    ],
)
def test_what_does_not_run_says_why(
    sales: Kernel, tmp_path: Path, sql: str, words: list[str]
) -> None:
    (tmp_path / "there.csv").write_text("a\n1\n")
    said = refused(sales, sql)
    for word in words:
        assert word in said


def test_without_frames_and_files_the_way_to_some_is_told(kernel: Kernel) -> None:
    assert "no DataFrame yet; load_dataset" in refused(kernel, "FROM sales")
    assert "fetch_from_url" in refused(kernel, "FROM 'sales.csv'")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM read_text('../{name}-other/x.csv')",
        "SELECT * FROM '{folder}-other/x.csv'",
        "SELECT * FROM read_text('link.csv')",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "ATTACH '/tmp/out.db' AS out",
        "EXPORT DATABASE '/tmp/out'",
    ],
)
def test_sql_stays_within_the_sessions_folder(sales: Kernel, tmp_path: Path, sql: str) -> None:
    other = tmp_path.parent / f"{tmp_path.name}-other"
    other.mkdir()
    (other / "x.csv").write_text("a\n1\n")
    (tmp_path / "link.csv").symlink_to("/etc/passwd")
    said = refused(sales, sql.format(folder=tmp_path, name=tmp_path.name))
    assert f"of the session's folder only: {tmp_path}" in said


@pytest.mark.parametrize(
    "setting",
    [
        "enable_external_access = true",
        "allowed_directories = ['/']",
        "temp_directory = '/etc'",
    ],
)
def test_the_bounds_cannot_be_taken_away(sales: Kernel, setting: str) -> None:
    refused(sales, f"SET {setting}")
    refused(sales, "SELECT * FROM read_text('/etc/passwd')")


def test_a_folder_that_code_went_to_is_told(sales: Kernel) -> None:
    sales.cell("import os\nos.chdir('/')")
    assert "code has moved to / with os.chdir" in refused(sales, "FROM read_text('etc/passwd')")
    assert rows(sales, "SELECT 2") == [[2]]
