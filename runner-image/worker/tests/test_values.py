"""What values look like to who reads text."""

import pytest
from harness import Kernel


def test_a_table_is_readable_and_says_its_shape(kernel: Kernel) -> None:
    run = kernel.cell("df = pd.DataFrame({'region': ['East', 'West'], 'n': [1, 2]})\ndf")
    assert run.value.splitlines() == [
        "  region  n",
        "0   East  1",
        "1   West  2",
        "",
        "[2 rows x 2 columns]",
    ]
    wide = kernel.cell("pd.DataFrame([range(40)] * 200)").value
    lines = wide.splitlines()
    assert "[200 rows x 40 columns]" in wide
    assert len(lines) < 30
    assert not any(line.endswith("\\") for line in lines)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("pd.DataFrame()", "Empty DataFrame"),
        ("pd.DataFrame({'a': [1]}).style", "a"),
        ("from IPython.display import HTML\nHTML('<b>bold</b> <script>x()</script>')", "bold"),
        ("from IPython.display import Markdown\nMarkdown('# Title')", "# Title"),
        ("from IPython.display import JSON\nJSON({'a': 1})", "'a': 1"),
        ("from rich.table import Table\nt = Table('h1', title='T')\nt.add_row('cell')\nt", "cell"),
        ("import sklearn.linear_model as l\nl.LinearRegression()", "LinearRegression()"),
        ("np.arange(3)", "array([0, 1, 2])"),
        ("import duckdb\nduckdb.sql('select 42 as answer')", "42"),
        (
            (
                "import statsmodels.api as sm\nsm.OLS([1.,2.,4.], "
                "sm.add_constant([1.,2.,3.])).fit().summary()"
            ),
            "OLS Regression Results",
        ),
    ],
)
def test_other_things_read_as_text(kernel: Kernel, code: str, words: str) -> None:
    run = kernel.cell(code)
    assert run.status == "ok", run
    assert words in run.value


def test_display_prints_at_its_place(kernel: Kernel) -> None:
    run = kernel.cell(
        "from IPython.display import HTML, display, clear_output\nprint('before')\n"
        "display(pd.DataFrame({'a': [1]}))\ndisplay(HTML('<i>x</i>'))\nclear_output()\n"
        "print('after')"
    )
    lines = run.output.splitlines()
    assert lines[0] == "before"
    assert "[1 rows x 1 columns]" in lines
    assert lines[-2:] == ["x", "after"]


def test_a_broken_repr_is_the_cells_error(kernel: Kernel) -> None:
    run = kernel.cell("class Bad:\n    def __repr__(self): raise ValueError('no repr')\nBad()")
    assert (run.status, run.error["name"]) == ("error", "ValueError")
    assert "Cell In[1], line 2, in __repr__" in run.error["traceback"]
