"""matplotlib and its relatives: every figure comes once."""

import base64
import io
from pathlib import Path

import pytest
from harness import Kernel, Run
from PIL import Image

SETUP = "import matplotlib.pyplot as plt\n"
ANIMATION = (
    "from matplotlib.animation import FuncAnimation\nfig, ax = plt.subplots()\n"
    "line, = ax.plot([], [])\nax.set(xlim=(0, 5), ylim=(0, 5))\n"
    "a = FuncAnimation(fig, lambda i: line.set_data(range(i), range(i)), frames=6)\n"
)


def pictures(run: Run) -> list[Image.Image]:
    return [Image.open(io.BytesIO(base64.b64decode(d["png"]))) for d in run.displays]


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("plt.plot([1, 2])", 1),
        ("plt.plot([1, 2])\nplt.show()", 1),
        ("plt.plot([1, 2]); plt.show()\nplt.plot([2, 1]); plt.show()", 2),
        ("plt.plot([1, 2])\nplt.figure()\nplt.plot([3])", 2),
        ("fig, ax = plt.subplots()\nax.plot([1])\nfig", 1),
        ("fig, ax = plt.subplots()\nax.plot([1])\nplt.show()\nfig", 1),
        ("fig, ax = plt.subplots()\nax.plot([1])\ndisplay(fig)", 1),
        ("fig, ax = plt.subplots()\nax.plot([1])\nfig.show()", 1),
        ("plt.plot([1])\nplt.close()", 0),
        ("plt.figure()", 0),
        ("plt.plot([1])\nplt.savefig('a.png')", 1),
        ("plt.plot([1])\nplt.savefig('a.png')\nplt.close()", 1),
        ("plt.plot([1])\nplt.savefig('a.png')\nplt.savefig('a.pdf')\nplt.close('all')", 1),
        ("plt.plot([1])\nplt.savefig('a.svg')\nplt.close()", 1),
        ("plt.plot([1])\nplt.savefig('a.jpg')\nplt.close()", 1),
        ("plt.plot([1])\nplt.savefig('a')\nplt.close()", 1),
        ("plt.plot([1])\nplt.savefig('a.png')\nplt.show()", 1),
        ("plt.plot([1])\nplt.show()\nplt.savefig('a.png')", 1),
        ("fig, ax = plt.subplots()\nax.plot([1])\nfig.savefig('a.png')\nax.set_title('t')", 1),
        ("for i in range(3):\n    plt.plot([i])\n    plt.savefig(f'{i}.png')\n    plt.clf()", 3),
        ("for i in range(3):\n    plt.plot([i])\n    plt.savefig(f'{i}.png')\n    plt.cla()", 3),
        (
            (
                "for i in range(3):\n    plt.figure()\n    plt.plot([i])\n    "
                "plt.savefig(f'{i}.png')\n    plt.close()"
            ),
            3,
        ),
        ("import matplotlib; matplotlib.use('Agg')\nplt.plot([1])\nplt.show()", 1),
        ("plt.switch_backend('agg')\nplt.plot([1])\nplt.show()\nplt.close()", 1),
        ("import matplotlib; matplotlib.use('TkAgg')\nplt.plot([1])", 1),
        ("%matplotlib inline\nplt.plot([1])", 1),
        (
            (
                "from matplotlib.figure import Figure\nf = Figure()\nf.subplots().plot([1])\n"
                "f.savefig('o.png')"
            ),
            1,
        ),
        ("import io\nb = io.BytesIO()\nplt.plot([1])\nplt.savefig(b)\nplt.close()", 1),
        ("import seaborn as sns\nsns.set_theme()\nsns.scatterplot(x=[1, 2], y=[1, 2])", 1),
        ("import seaborn as sns\nsns.relplot(x=[1, 2], y=[1, 2])", 1),
        ("pd.DataFrame({'a': [1, 2]}).plot()", 1),
        ("pd.DataFrame({'a': [1, 2], 'b': [1, 2]}).hist()", 1),
        ("plt.hist([1, 2, 2])", 1),
        ("plt.boxplot([1, 2, 2])", 1),
        ("plt.plot([1])\n1 / 0", 1),
        ("plt.subplots()", 1),
        (
            (
                "from matplotlib.animation import FuncAnimation\nfig, ax = plt.subplots()\n"
                "line, = ax.plot([0, 1])\na = FuncAnimation(fig, lambda i: line.set_ydata([i, 1]), "
                "frames=5)\n"
                "a.save('a.gif')"
            ),
            1,
        ),
        (
            (
                "from matplotlib.animation import FuncAnimation\nfrom IPython.display import HTML\n"
                "fig, ax = plt.subplots()\nline, = ax.plot([0, 1])\n"
                "a = FuncAnimation(fig, lambda i: line.set_ydata([i, 1]), frames=5)\n"
                "HTML(a.to_jshtml())"
            ),
            1,
        ),
        ("fig, ax = plt.subplots()\nplt.close()\ndisplay(fig)\nfig.savefig('a.png')", 1),
        ("fig, ax = plt.subplots()\ndisplay(fig)\nax.plot([1])\nfig.savefig('a.png')", 2),
        (ANIMATION + "a", 1),
        (ANIMATION + "plt.close()\na", 1),
        (ANIMATION + "plt.close()\nfrom IPython.display import HTML\nHTML(a.to_jshtml())", 1),
        (
            (
                "from matplotlib.backends.backend_pdf import PdfPages\n"
                "with PdfPages('r.pdf') as pdf:\n    for i in range(2):\n        f = plt.figure()\n"
                "        plt.plot([i])\n        pdf.savefig(f)\n        plt.close(f)"
            ),
            2,
        ),
    ],
)
def test_every_figure_comes_once(kernel: Kernel, tmp_path: Path, code: str, count: int) -> None:
    run = kernel.cell(SETUP + code)
    assert run.status == ("error" if "1 / 0" in code else "ok"), run
    assert len(run.displays) == count, run
    for display in run.displays:
        assert (tmp_path / display["file"]).is_file()
    assert kernel.cell("1").displays == []


@pytest.mark.parametrize(
    "code",
    [
        "plt.plot([1])",
        "plt.gca()",
        "plt.hist([1, 2])",
        "plt.boxplot([1, 2])",
        "plt.title('x')",
        "plt.subplots()",
        "plt.subplots(2, 2)",
        "plt.bar([1], [1])",
        "pd.Series([1, 2]).plot()",
        "import seaborn as sns\nsns.relplot(x=[1], y=[1])",
        "pd.DataFrame({'a': [1, 2], 'b': [1, 2]}).hist()",
    ],
)
def test_a_value_that_only_names_the_chart_is_not_shown(kernel: Kernel, code: str) -> None:
    run = kernel.cell(SETUP + code)
    assert run.value == "", run
    assert len(run.displays) == 1


def test_a_number_beside_a_chart_is_shown(kernel: Kernel) -> None:
    assert kernel.cell(SETUP + "plt.plot([1])\n3").value == "3"


def test_the_users_own_file_is_named_instead_of_a_copy(kernel: Kernel, tmp_path: Path) -> None:
    run = kernel.cell(SETUP + "plt.plot([1])\nplt.title('Sales')\nplt.savefig('own.png', dpi=200)")
    (display,) = run.displays
    assert display["file"] == "own.png"
    assert (display["width"], display["height"]) == (1280, 960)
    assert display["alt"] == "Sales"
    assert not (tmp_path / "charts").exists()


def test_charts_are_kept_in_full_size_and_sent_small(kernel: Kernel, tmp_path: Path) -> None:
    run = kernel.cell(
        SETUP + "rng = np.random.default_rng(1)\nfig = plt.figure(figsize=(30, 20))\n"
        "plt.imshow(rng.random((500, 500, 3)))"
    )
    (display,) = run.displays
    assert display["file"].startswith("charts/00000001-1.png")
    with Image.open(tmp_path / display["file"]) as full:
        assert full.size == (display["width"], display["height"])
        assert max(full.size) > 1568
    (small,) = pictures(run)
    assert max(small.size) <= 1568
    assert len(base64.b64decode(display["png"])) <= 256 << 10


def test_a_figure_of_monstrous_size_is_drawn_smaller(kernel: Kernel) -> None:
    run = kernel.cell(SETUP + "plt.figure(figsize=(600, 400))\nplt.plot([1])")
    assert run.status == "ok", run
    assert len(run.displays) == 1


def test_at_most_fifty_charts_come(kernel: Kernel) -> None:
    run = kernel.cell(
        SETUP + "for i in range(53):\n    plt.figure(figsize=(1, 1))\n    plt.plot([i])"
    )
    assert len(run.displays) == 50
    assert run.result["more_charts"] == 3


def test_a_chart_that_cannot_be_drawn_says_so(kernel: Kernel) -> None:
    run = kernel.cell(SETUP + "plt.plot([1])\nplt.title(r'$\\frac{1$')\n'done'")
    assert (run.status, run.value) == ("ok", "'done'"), run
    assert "figure not shown" in run.output
    assert run.displays == []


def test_chinese_and_emoji_show_without_a_warning(kernel: Kernel) -> None:
    run = kernel.cell(
        SETUP + "import seaborn as sns\nsns.set_theme()\nplt.plot([1])\n"
        "plt.title('销售 売上 매출 😀 €')\nplt.show()"
    )
    assert "Glyph" not in run.output
    assert len(run.displays) == 1


def test_pictures_of_pillow_and_ipython_show(kernel: Kernel) -> None:
    run = kernel.cell("from PIL import Image\nim = Image.new('RGB', (30, 20), 'red')\nim")
    assert (run.value, len(run.displays)) == ("", 1)
    assert (run.displays[0]["width"], run.displays[0]["height"]) == (30, 20)
    assert len(kernel.cell("im.show()").displays) == 1
    assert (
        len(
            kernel.cell(
                "im.save('x.png')\nfrom IPython.display import Image as I\nI('x.png')"
            ).displays
        )
        == 1
    )
    assert len(kernel.cell("display(im)\ndisplay(im.rotate(90, expand=True))").displays) == 2
    assert len(kernel.cell("im.show()\nim").displays) == 1
    assert len(kernel.cell("im.convert('CMYK')").displays) == 1


@pytest.mark.parametrize(
    "show", ["display(I('a.gif'))", "from PIL import Image\nImage.open('a.gif')", "a"]
)
def test_an_animation_is_reduced_to_a_frame(kernel: Kernel, show: str) -> None:
    kernel.cell(SETUP + ANIMATION + "a.save('a.gif', writer='pillow')")
    run = kernel.cell("from IPython.display import Image as I\n" + show)
    (picture,) = pictures(run)
    assert getattr(picture, "n_frames", 1) == 1
    assert run.value == ""


def test_a_frame_shows_what_the_animation_draws(kernel: Kernel) -> None:
    empty, drawn = (pictures(kernel.cell(SETUP + ANIMATION + end))[0] for end in ("del a", "a"))
    assert empty.tobytes() != drawn.tobytes()


def test_saving_a_video_says_what_to_do_instead(kernel: Kernel) -> None:
    run = kernel.cell(SETUP + ANIMATION + "a.to_html5_video()")
    assert ".gif" in run.error["hint"]


def test_a_file_of_too_many_pixels_is_shown_as_the_figure_itself(kernel: Kernel) -> None:
    run = kernel.cell(
        SETUP + "from power_worker import pictures\npictures.MAX_PIXELS = 100_000\n"
        "plt.figure(figsize=(1, 1))\nplt.plot([1])\nplt.savefig('big.png', dpi=400)\nplt.close()"
    )
    assert [d["file"] for d in run.displays] == ["charts/00000001-1.png"]
    run = kernel.cell("from IPython.display import Image\nImage('big.png')")
    assert run.value == "[picture not shown: it has more than 120,000,000 pixels]"
    run = kernel.cell("display({'image/png': b'nonsense'}, raw=True)")
    assert run.output == "[picture not shown: it is no picture that can be read]\n"


def test_figures_are_closed_at_the_end_of_a_cell(kernel: Kernel) -> None:
    kernel.cell(SETUP + "fig, ax = plt.subplots()\nax.plot([1])")
    assert kernel.cell("plt.get_fignums()").value == "[]"
    assert len(kernel.cell("ax.plot([2])\nfig").displays) == 1
