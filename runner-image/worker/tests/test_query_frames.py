import pytest
from harness import Kernel
from sql import query, rows

SHORT = """
import uuid
import pyarrow as pa
from decimal import Decimal
D, A = pd.DataFrame, pd.ArrowDtype
strings = A(pa.dictionary(pa.int32(), pa.string()))
"""


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        ("df.groupby('region').sum()", [["East", 4], ["West", 2]]),
        (
            "df.groupby('region').agg({'revenue': ['sum', 'mean']})",
            [["East", 4, 2], ["West", 2, 2]],
        ),
        ("df.describe().head(1)", [["count", 3]]),
        (
            "df.set_index(pd.date_range('2024', periods=3)).head(1)",
            [["2024-01-01T00:00:00", "East", 1]],
        ),
        ("df[df.revenue > 2]", [["East", 3]]),
        ("df.rename_axis('region').head(1)", [[0, "East", 1]]),
        (
            "df.assign(x=1).set_index(['region', 'revenue'], append=True).head(1)",
            [[0, "East", 1, 1]],
        ),
        ("D({'p': pd.period_range('2020', periods=1, freq='M')})", [["2020-01"]]),
        ("D({'i': pd.cut([1], [0, 3])})", [["(0, 3]"]]),
        ("D({'s': pd.arrays.SparseArray([0, 1])})", [[0], [1]]),
        ("D({'c': [1j]})", [["1j"]]),
        ("D({'t': pd.to_timedelta([90, None], 'm')})", [["01:30:00"], [None]]),
        ("D([[1, 2]], columns=['a', 'a'])", [[1, 2]]),
        ("D([[1, 2]], columns=['a', 'A'])", [[1, 2]]),
        ("D([[1, 2]], columns=['', 'select'])", [[1, 2]]),
        ("D({0: [1], 'big': [2**70], ('a', 'b'): [None]})", [[1, str(2**70), None]]),
        ("D({'c': pd.Categorical(['x', None])})", [["x"], [None]]),
        ("D({'c': pd.Categorical([3, None])})", [[3], [None]]),
        ("D({'i': pd.array([1, None], dtype='Int64')})", [[1], [None]]),
        ("D({'m': [1] * 3000 + ['x']}).tail(1)", [["x"]]),
        ("D({'m': [1, 'a', None, [2], {'b': 3}]})", [["1"], ["a"], [None], ["[2]"], ['{"b": 3}']]),
        (
            "D({'d': [{'a': 1}, {'a': 2, 'b': 'x'}, None]})",
            [[{"a": 1, "b": None}], [{"a": 2, "b": "x"}], [None]],
        ),
        ("D({'d': [{'a': 1}, {'a': 'x'}]})", [['{"a": 1}'], ['{"a": "x"}']]),
        ("D({'l': [np.array([1.5]), [2]]})", [[[1.5]], [[2]]]),
        (
            "D({'l': pd.array([[1], None], dtype=A(pa.list_(pa.int64()))), 's': 'x'})",
            [[[1], "x"], [None, "x"]],
        ),
        ("D({'s': pd.array(['a', None], dtype=strings)})", [["a"], [None]]),
        ("D({'d': [Decimal('1.10'), Decimal('NaN')]})", [[1.1], [None]]),
        (
            "D({'d': [Decimal('123456789012345678901234567890.5')]})",
            [["123456789012345678901234567890.5"]],
        ),
        (
            "D({'t': pd.to_datetime(['2024-01-01 12:00']).tz_localize('Europe/Berlin')})",
            [["2024-01-01T11:00:00+00:00"]],
        ),
        (
            "D({'u': [uuid.UUID(int=5)], 'b': [b'ab']})",
            [["00000000-0000-0000-0000-000000000005", "0x6162"]],
        ),
        ("D({'h': np.float16([0.5]), 'l': np.longdouble([1.5]), 'n': [[1]]})", [[0.5, 1.5, [1]]]),
        ("D({'u': np.array([2**64 - 1], dtype='uint64')})", [[str(2**64 - 1)]]),
        ("D({'s': ['a\\0b']})", [["a\0b"]]),
        ("D({'a': pd.Series(dtype='int64')})", []),
    ],
)
def test_frames_of_every_kind_can_be_queried(
    sales: Kernel, make: str, wanted: list[object]
) -> None:
    sales.cell(SHORT)
    sales.cell(f"odd = {make}\ncopy = odd.copy(deep=True)")
    run = query(sales, "SELECT * FROM odd")
    assert run.data["rows"] == wanted, run
    assert "Warning" not in run.output
    assert sales.cell("pd.testing.assert_frame_equal(odd, copy)").status == "ok"


def test_what_sql_sees_otherwise_is_said(sales: Kernel) -> None:
    sales.cell("odd = pd.DataFrame([[1, 2, 3, 1j]], columns=['a', 'A', '', 'c'])")
    run = query(sales, 'SELECT a, "A_1", column_3, c FROM odd')
    assert run.data["rows"] == [[1, 2, 3, "1j"]]
    assert run.data["notes"] == [
        "odd: columns have other names in SQL: A is A_1, (no name) is column_3",
        "odd: read as text: c",
    ]


def test_what_is_no_frame_says_how_to_make_one(sales: Kernel) -> None:
    sales.cell(
        "s = df.revenue\nl = [1]\nempty = pd.DataFrame()\n"
        "bad = df.assign(region=pd.Series(['\\ud800'] * 3, dtype=object))"
    )
    assert "s.to_frame('x')" in query(sales, "FROM s").error["hint"]
    assert "l is a list" in query(sales, "FROM l").error["hint"]
    assert "no columns" in query(sales, "FROM empty").error["message"]
    assert "str.encode" in query(sales, "FROM bad").error["hint"]


def test_five_hundred_columns_and_their_odd_names(sales: Kernel) -> None:
    sales.cell("wide = pd.DataFrame([range(500)], columns=[f'c \"{i}\" é' for i in range(500)])")
    run = query(sales, "SELECT * FROM wide")
    assert (len(run.data["columns"]), run.data["rows"][0][-1]) == (500, 499)
    assert rows(sales, 'SELECT "c ""499"" é" FROM wide') == [[499]]
