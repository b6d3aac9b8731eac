"""What values look like to who reads text."""

import pytest
from harness import Kernel

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400">'
    '<circle cx="200" cy="200" r="99"/></svg>'
)


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
        ("pd.DataFrame({'a': [1.5]}).style.format('{:.2f}')", "1.50"),
        (
            "from IPython.display import HTML\nHTML(pd.DataFrame({'a': [1]}).to_html())",
            "   a\n0  1",
        ),
        ("from IPython.display import Latex\nLatex('$x$')", "$x$"),
        ("from IPython.display import Code\nCode('print(1)')", "print(1)"),
        ("from IPython.display import Pretty\nPretty('as it is')", "as it is"),
        ("from IPython.display import Javascript\nJavascript('x()')", "[JavaScript not run"),
        ("from IPython.display import Audio\nAudio(data=b'RIFF', rate=8)", "[audio not shown]"),
        (
            "from IPython.display import Video\nVideo(url='http://a/v.mp4')",
            "[video not shown: http",
        ),
        (
            "from IPython.display import IFrame\nIFrame('http://a/', 1, 1)",
            "[page not shown: http://a/]",
        ),
        ("from IPython.display import FileLink\nFileLink('a.txt')", "a.txt"),
        ("import sympy as s\ns.init_printing()\ns.Symbol('x')**2 / 2", "──"),
        ("class A: pass\nA()", "<__main__.A>"),
        ("class A:\n    def __str__(self): return 'said'\nA()", "said"),
        ("class A:\n    def _repr_html_(self): return '<p>hyper</p>'\nA()", "hyper"),
        (
            "class A:\n    def _repr_html_(self): 1 / 0\n    __repr__ = lambda s: 'plain'\nA()",
            "plain",
        ),
        ("from IPython.display import HTML\nHTML('<b>bold</b> <script>x()</script>')", "bold"),
        ("from IPython.display import Markdown\nMarkdown('# Title')", "# Title"),
        ("from IPython.display import JSON\nJSON({'a': 1})", '{"a": 1}'),
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
    assert " at 0x" not in run.value
    assert run.displays == []


@pytest.mark.parametrize(
    "code",
    [
        f"from IPython.display import SVG\nSVG({SVG!r})",
        f"from IPython.display import SVG, display\ndisplay(SVG({SVG!r}))",
        f"class G:\n    def _repr_svg_(self): return {SVG!r}\nG()",
        f"class G:\n    def _repr_mimebundle_(self, **_): return {{'image/svg+xml': {SVG!r}}}\nG()",
        f"display({{'image/svg+xml': {SVG!r}}}, raw=True)",
        "class P:\n    def _repr_png_(self): return png\nP()",
        "class P:\n    def _repr_jpeg_(self): return jpeg\nP()",
        "from IPython.display import Image\nImage(png)",
        (
            "import base64\nclass H:\n    def _repr_html_(self):\n        "
            "return f'<img src=\"data:image/png;base64,{base64.b64encode(png).decode()}\">'\nH()"
        ),
    ],
)
def test_pictures_come_as_pictures(kernel: Kernel, code: str) -> None:
    kernel.cell(
        "import io\nfrom PIL import Image as I\nb, c = io.BytesIO(), io.BytesIO()\n"
        "I.new('RGB', (400, 400)).save(b, 'PNG')\nI.new('RGB', (400, 400)).save(c, 'JPEG')\n"
        "png, jpeg = b.getvalue(), c.getvalue()"
    )
    run = kernel.cell(code)
    assert (run.status, run.value, run.output) == ("ok", "", ""), run
    (display,) = run.displays
    assert (display["width"], display["height"]) == (400, 400)
    assert (kernel.folder / display["file"]).read_bytes().startswith(b"\x89PNG")


def test_a_broken_drawing_is_told(kernel: Kernel) -> None:
    run = kernel.cell("class G:\n    def _repr_svg_(self): return 'nonsense'\nG()")
    assert run.value == "[picture not shown: this is no SVG]"


def test_updates_of_a_display_show_like_new_ones(kernel: Kernel) -> None:
    run = kernel.cell(
        "from IPython.display import display, update_display\n"
        "h = display('first', display_id=True)\n"
        "h.update('second')\nupdate_display('third', display_id=h.display_id)"
    )
    assert run.output == "'first'\n'second'\n'third'\n"


@pytest.mark.parametrize(
    ("code", "most"),
    [
        ("pd.DataFrame(np.zeros((1000, 500)))", 14_000),
        ("pd.DataFrame({f'a long name {i}': ['text ' * 100] * 100 for i in range(60)})", 14_000),
        ("pd.Series(['text ' * 1000] * 1000)", 14_000),
        ("pd.DataFrame({'a': [1]}, index=[f'{i} ' * 9999 for i in range(1)])", 50_000),
        ("{i: 'x' * 50 for i in range(100)}", 7_000),
        ("[[i] * 5 for i in range(100)]", 3_000),
        ("np.zeros((1000, 1000))", 1_000),
    ],
)
def test_large_values_are_bounded(kernel: Kernel, code: str, most: int) -> None:
    run = kernel.cell(code)
    assert run.status == "ok", run
    assert 0 < len(run.value + run.output) < most


def test_a_table_of_which_a_cell_has_chosen_to_see_all_is_shown_whole(kernel: Kernel) -> None:
    run = kernel.cell(
        "df = pd.DataFrame({'a': range(300), 'b': ['text ' * 12] * 300})\n"
        "with pd.option_context('display.max_rows', None): display(df)"
    )
    assert len(run.output.splitlines()) > 300
    assert len(kernel.cell("df").value.splitlines()) < 30


def test_a_huge_string_costs_little_more_than_itself(kernel: Kernel) -> None:
    peak = "import resource; resource.getrusage(resource.RUSAGE_SELF).ru_maxrss"
    kernel.cell("x = 'é' * 100_000_000")
    before = int(kernel.cell(peak).value)
    for code in ("x", "{'a': x}", "[x, x]", "display(x)"):
        assert len(kernel.cell(code).output) < 3_000_000
    assert int(kernel.cell(peak).value) - before < 60_000


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
