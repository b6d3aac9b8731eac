"""plotly: charts by a browser that keeps running."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Kernel, Zygote

SETUP = "import plotly.express as px\nfig = px.bar(x=[1, 2], y=[3, 4], title='Bars')\n"


@pytest.fixture(scope="module")
def plotter(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    k = zygote.fork(tmp_path_factory.mktemp("plotly"))
    k.cell(SETUP)
    yield k
    k.kill()


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("fig.show()", 1),
        ("fig", 1),
        ("fig.show()\nfig", 1),
        ("fig.show('browser')", 1),
        ("fig.show(renderer='notebook')", 1),
        ("display(fig)", 1),
        ("import plotly.io as pio\npio.renderers.default = 'notebook'\nfig.show()", 1),
        ("fig.show()\nfig.update_layout(title='Other')\nfig.show()", 2),
        ("fig.write_image('p.png')", 1),
        ("fig.write_image('p.svg')", 1),
        ("fig.write_image('p.png')\nfig.show()", 1),
        ("fig.write_html('p.html')", 0),
        ("len(fig.to_image('png')) > 1000", 0),
        ("import plotly.graph_objects as go\ngo.Figure(go.Scatter(y=[1, 2]))", 1),
    ],
)
def test_every_figure_comes_once(plotter: Kernel, code: str, count: int) -> None:
    run = plotter.cell(SETUP + code)
    assert run.status == "ok", run
    assert len(run.displays) == count, run
    for display in run.displays:
        assert (plotter.folder / display["file"]).is_file()
    assert "Warning" not in run.output


def test_the_browser_keeps_running(plotter: Kernel) -> None:
    count = "sum(b'chrom' in open(f'/proc/{p}/cmdline', 'rb').read() for p in "
    "__import__('os').listdir('/proc') if p.isdigit())"
    plotter.cell(SETUP + "fig.show()")
    before = plotter.cell(count).value
    plotter.cell("fig.show()")
    assert plotter.cell(count).value == before


def test_a_map_without_network_says_so_and_the_cell_goes_on(plotter: Kernel) -> None:
    run = plotter.cell("px.choropleth(locations=['DEU'], color=[1]).show()\n'done'")
    assert (run.status, run.value) == ("ok", "'done'"), run
    assert run.displays or "not shown" in run.output


def test_an_interrupt_ends_no_more_than_the_cell(plotter: Kernel) -> None:
    run_id = plotter.start("cell", {"code": SETUP + "while True: fig.to_image('png')"})
    time.sleep(1)
    plotter.interrupt()
    run = plotter.finish(run_id)
    assert run.error["name"] == "KeyboardInterrupt", run
    plotter.ping()
    run = plotter.cell("px.line(y=[1, 5, 2], title='After').show()")
    assert [d["alt"] for d in run.displays] == ["After"]


def test_a_browser_that_died_is_replaced(plotter: Kernel) -> None:
    plotter.cell(SETUP + "fig.show()")
    plotter.cell(
        "import os, signal\n"
        "for p in os.listdir('/proc'):\n"
        "    if p.isdigit() and b'--headless' in open(f'/proc/{p}/cmdline', 'rb').read():\n"
        "        os.kill(int(p), signal.SIGKILL)"
    )
    run = plotter.cell("fig.show()")
    assert len(run.displays) == 1, run


def test_a_cleared_environment_stops_no_browser(plotter: Kernel) -> None:
    plotter.cell("import os; os.environ.clear()")
    test_a_browser_that_died_is_replaced(plotter)


def test_the_browser_dies_with_its_kernel(zygote: Zygote, tmp_path: Path) -> None:
    k = zygote.fork(tmp_path)
    k.cell(SETUP + "fig.show()")
    pids = eval(
        k.cell(
            "[int(p) for p in __import__('os').listdir('/proc') if p.isdigit() and "
            "b'--headless' in open(f'/proc/{p}/cmdline', 'rb').read() and "
            "open(f'/proc/{p}/stat').read().split()[3] == str(__import__('os').getpid())]"
        ).value
    )
    assert pids
    k.kill()
    deadline = time.monotonic() + 30
    while any(_alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
