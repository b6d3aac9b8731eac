import pytest
from harness import Kernel
from sql import query, rows


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (
            "1.10::DECIMAL(10,2), 12345678901234567890.123456789::DECIMAL(38,9)",
            [1.1, "12345678901234567890.123456789"],
        ),
        (
            "9007199254740991, 9007199254740993, 18446744073709551615::UBIGINT",
            [9007199254740991, "9007199254740993", "18446744073709551615"],
        ),
        (
            "170141183460469231731687303715884105727::HUGEINT",
            ["170141183460469231731687303715884105727"],
        ),
        (
            "340282366920938463463374607431768211455::UHUGEINT",
            ["340282366920938463463374607431768211455"],
        ),
        (
            "99999999999999999999999999999999999999999999",
            ["99999999999999999999999999999999999999999999"],
        ),
        ("0.1::FLOAT, 'inf'::FLOAT, NULL::FLOAT", [0.1, "inf", None]),
        ("'nan'::DOUBLE, '-inf'::DOUBLE, ['nan'::DOUBLE]", ["NaN", "-inf", ["NaN"]]),
        (
            "DATE '2024-01-31', TIME '12:30:00.5', TIMESTAMP '2024-02-29 12:00'",
            ["2024-01-31", "12:30:00.500000", "2024-02-29T12:00:00"],
        ),
        (
            "TIMESTAMPTZ '2024-01-01 12:00:00+05', '12:30:00+02'::TIMETZ",
            ["2024-01-01T07:00:00+00:00", "12:30:00+02"],
        ),
        ("TIMESTAMP_NS '2024-01-01 00:00:00.123456789'", ["2024-01-01T00:00:00.123456789"]),
        (
            "'infinity'::TIMESTAMP, '-infinity'::DATE, DATE '290000-01-01'",
            ["infinity", "-infinity", "290000-01-01"],
        ),
        (
            "INTERVAL '1 year 2 days', INTERVAL '-90 minutes', [INTERVAL 1 DAY]",
            ["1 year 2 days", "-01:30:00", ["1 day"]],
        ),
        (
            "{'a': 1, 'b': [1, NULL]}, MAP {'x': 2}, MAP {1: 'y'}, {'t': INTERVAL 1 DAY}",
            [{"a": 1, "b": [1, None]}, {"x": 2}, {"1": "y"}, {"t": "1 day"}],
        ),
        (
            "'\\xAB'::BLOB, '101'::BIT, 'happy'::ENUM('happy', 'sad'), union_value(num := 2)",
            ["0xab", "101", "happy", 2],
        ),
        (
            "'{\"a\": 1}'::JSON, 5::VARIANT, 'POINT (1 2)'::GEOMETRY",
            ['{"a": 1}', "5", "POINT (1 2)"],
        ),
        (
            "'5d7a0de2-0000-4000-8000-000000000000'::UUID, TRUE, NULL, '', 'tab\t日本'",
            ["5d7a0de2-0000-4000-8000-000000000000", True, None, "", "tab\t日本"],
        ),
    ],
)
def test_every_type_is_shown_as_what_it_is(sales: Kernel, sql: str, values: list[object]) -> None:
    assert rows(sales, f"SELECT {sql}") == [values]
    assert rows(sales, "SELECT 1") == [[1]]  # nothing of it is left open


def test_what_pandas_calls_missing_is_null(sales: Kernel) -> None:
    sales.cell(
        "odd = pd.DataFrame({'f': [np.nan, 1.5], 't': [pd.NaT, pd.Timestamp('2024-02-29 12:00')],"
        " 'l': [[1, 2], [3]], 'm': ['a', 1], 'b': [True, False],"
        " 'd': [None, decimal.Decimal('1.10')]})"
    )
    run = query(sales, "SELECT * FROM odd")
    assert run.data["rows"] == [
        [None, None, [1, 2], "a", True, None],
        [1.5, "2024-02-29T12:00:00", [3], "1", False, 1.1],
    ]
    assert rows(sales, "SELECT count(f), count(t), sum(d) FROM odd") == [[1, 1, 1.1]]
    assert run.data["notes"] == ["odd: read as text: m"]


def test_the_types_are_those_of_the_query(sales: Kernel) -> None:
    run = query(sales, "SELECT INTERVAL 1 DAY AS i, 1.5 AS d, '1'::BIT AS b, [1] AS l, 1 AS l")
    assert [(c["name"], c["type"]) for c in run.data["columns"]] == [
        ("i", "INTERVAL"),
        ("d", "DECIMAL(2,1)"),
        ("b", "BIT"),
        ("l", "INTEGER[]"),
        ("l", "INTEGER"),
    ]


def test_types_and_values_have_bounds(sales: Kernel) -> None:
    sales.cell("c = pd.DataFrame({'c': pd.Categorical([f'value {i}' for i in range(100000)])})")
    run = query(sales, "SELECT c, repeat('x', 50000), range(5000) FROM c", limit=1)
    assert len(run.data["columns"][0]["type"]) <= 200
    assert len(run.data["rows"][0][1]) == 10_001
    assert len(run.data["rows"][0][2]) == 1000


def test_a_row_that_is_too_wide_for_a_reply_is_still_shown(sales: Kernel) -> None:
    wide = ", ".join("[repeat('x', 9999)] || [repeat('y', 9999)]" for _ in range(300))
    run = query(sales, f"SELECT 7, {wide}")
    assert (run.status, run.data["rows"][0][0], len(run.data["rows"])) == ("ok", 7, 1)
