"""Exceptions: their traceback, and what to do next."""

from pathlib import Path

import pytest
from harness import Kernel


def test_a_traceback_has_the_users_frames_and_lines(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "lib.py").write_text("def deep(d):\n    return d['x']\n")
    kernel.cell("import lib\ndef outer():\n    return lib.deep({})")
    run = kernel.cell("# first line\n\nouter()")
    assert run.error["name"] == "KeyError"
    assert run.error["message"] == "'x'"
    assert run.error["traceback"].splitlines() == [
        "Cell In[2], line 3",
        "    outer()",
        "    ~~~~~^^",
        "Cell In[1], line 3, in outer",
        "    return lib.deep({})",
        "           ~~~~~~~~^^^^",
        "lib.py, line 2, in deep",
        "    return d['x']",
        "           ~^^^^^",
    ]


def test_a_library_shows_its_innermost_line_only(kernel: Kernel) -> None:
    run = kernel.cell("df = pd.DataFrame({'revenue': [1], 'region': ['a']})\ndf['revenu']")
    trace = run.error["traceback"]
    assert "Cell In[1], line 2" in trace
    assert trace.count("pandas/") <= 2
    assert "'revenue'" in run.error["hint"]
    for secret in ("/opt/power", "power_worker", "IPython", "site-packages", "dist-packages"):
        assert secret not in trace


def test_causes_and_groups_are_told(kernel: Kernel) -> None:
    run = kernel.cell("try:\n    1/0\nexcept Exception as e:\n    raise ValueError('bad') from e")
    assert "ZeroDivisionError: division by zero" in run.error["traceback"]
    assert "direct cause" in run.error["traceback"]
    run = kernel.cell("try:\n    1/0\nexcept Exception:\n    {}['k']")
    assert "During handling" in run.error["traceback"]
    run = kernel.cell("raise ValueError('bad') from None")
    assert "During" not in run.error["traceback"]
    run = kernel.cell("raise ExceptionGroup('several', [ValueError('one'), TypeError('two')])")
    assert run.error["name"] == "ExceptionGroup"
    assert "ValueError: one" in run.error["traceback"]
    assert "TypeError: two" in run.error["traceback"]
    run = kernel.cell("e = ValueError('bad')\ne.add_note('look here')\nraise e")
    assert run.error["message"] == "bad\nlook here"


@pytest.mark.parametrize(
    ("code", "line", "text"),
    [
        ("x = 1\ny = = 2", 2, "y = = 2"),
        ("def f(:\n    pass", 1, "def f(:"),
        ("print('a'\n", 1, "print('a'"),
        ("%time 1\nx = = 2", 2, "x = = 2"),
        ("for i in x:\npass", 2, "pass"),
    ],
)
def test_a_syntax_error_points_at_the_line(kernel: Kernel, code: str, line: int, text: str) -> None:
    run = kernel.cell(code)
    assert run.error["name"] in ("SyntaxError", "IndentationError"), run
    lines = run.error["traceback"].splitlines()
    assert lines[0] == f"Cell In[1], line {line}"
    assert lines[1].strip() == text
    assert "^" in lines[2]


def test_lines_are_as_sent_under_a_cell_magic(kernel: Kernel) -> None:
    run = kernel.cell("%%time\nx = 1\n1 / 0")
    assert run.error["traceback"].splitlines()[2:4] == ["Cell In[1], line 3", "    1 / 0"]


def test_a_recursion_and_a_huge_message_stay_bounded(kernel: Kernel) -> None:
    run = kernel.cell("def f(n):\n    return f(n + 1)\nf(0)")
    assert run.error["name"] == "RecursionError"
    assert len(run.error["traceback"]) < 5000
    run = kernel.cell("raise ValueError('x' * 1_000_000 + 'the end')")
    assert len(run.error["message"]) + len(run.error["traceback"]) <= 20_100
    assert run.error["message"].endswith("the end")
    run = kernel.cell("def a(n):\n    return b(n)\ndef b(n):\n    return a(n + 1)\na(0)")
    assert "more frames" in run.error["traceback"]
    assert kernel.cell("1").value == "1"


def test_a_broken_exception_is_survived(kernel: Kernel) -> None:
    run = kernel.cell(
        "class Bad(Exception):\n    def __str__(self): raise RuntimeError\n"
        "    __repr__ = __str__\nraise Bad"
    )
    assert run.error["name"] == "Bad"
    assert kernel.cell("1").value == "1"


def test_no_memory_is_an_error_like_others(kernel: Kernel) -> None:
    run = kernel.cell("np.zeros(10**15)")
    assert "MemoryError" in run.error["name"]
    assert run.error["hint"]
    assert kernel.cell("raise MemoryError").error["name"] == "MemoryError"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import skleran", "sklearn"),
        ("import panda", "pandas"),
        ("import requests", "fetch_from_url"),
        ("import cv2", "PIL"),
        ("import zzqqxx", "no network"),
        ("import pandas.nothing", "pandas"),
        ("open('sale.csv')", "sales.csv"),
        ("pd.read_csv('/app/data/sales.csv')", "sales.csv"),
        ("reveune = 1\nrevenue", "reveune"),
        ("px.bar()", "import plotly.express as px"),
        ("pd.DataFrame({'a': [1]}).groupy('a')", "groupby"),
        ("pd.read_csv('https://example.org/x.csv')", "fetch_from_url"),
        ("open('/etc/x', 'w')", "session's folder"),
        ("from math import squareroot", ""),
    ],
)
def test_hints_say_what_to_do_next(kernel: Kernel, tmp_path: Path, code: str, words: str) -> None:
    (tmp_path / "sales.csv").write_text("a\n1\n")
    run = kernel.cell(code)
    assert run.status == "error"
    assert words in run.error.get("hint", ""), run
    assert "/opt/power" not in str(run.result)
