"""Cells: values, magics, await, the namespace, exits."""

from pathlib import Path

import pytest
from harness import Kernel


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("1 + 1", "2"),
        ("x = 3\nx", "3"),
        ("x = 3", ""),
        ("None", ""),
        ("'text'", "'text'"),
        ("1;", ""),
        ("1; # quiet", ""),
        ("';'", "';'"),
        ("# only a comment", ""),
        ("", ""),
        ("if True:\n    5", ""),
        ("    indented = 4\n    indented", "4"),
        ("import asyncio\nawait asyncio.sleep(0, 'awaited')", "'awaited'"),
        ("import asyncio\nasync def f(): return 8\nasyncio.run(f())", "8"),
        ("[await __import__('asyncio').sleep(0, i) for i in range(3)]", "[0, 1, 2]"),
        ("{'b': 1, 'a': [1, 2]}", "{'b': 1, 'a': [1, 2]}"),
        ("'é 日本 😀'", "'é 日本 😀'"),
        ("%time 1 + 1", "2"),
        ("x = !echo hi\nx[0]", "'hi'"),
        ("__name__", "'__main__'"),
        ("import sys; sys.argv", "['']"),
        ("pd.Series([1, 2]).sum() + np.int64(1)", "np.int64(4)"),
        ("import sympy\nsympy.symbols('x')**2 + 1", "x**2 + 1"),
        ("a = 1\r\na + 1\r\n", "2"),
    ],
)
def test_the_last_value_shows_as_in_a_notebook(kernel: Kernel, code: str, value: str) -> None:
    run = kernel.cell(code)
    assert (run.status, run.value) == ("ok", value), run


def test_variables_stay_and_the_last_values_are_few(kernel: Kernel) -> None:
    kernel.cell("x = 40")
    assert kernel.cell("x + 2").value == "42"
    assert kernel.cell("_ + 1").value == "43"
    for n in range(6):
        kernel.cell(str(n))
    assert kernel.cell("(_, __, ___), len(Out)").value == "((5, 4, 3), 3)"
    assert kernel.cell("_ = 'mine'\n7").value == "7"
    assert kernel.cell("_").value == "'mine'"


def test_text_shows_in_the_order_written_whoever_wrote_it(kernel: Kernel) -> None:
    run = kernel.cell(
        "import os, sys, subprocess, ctypes\n"
        "print('1')\n"
        "print('2', file=sys.stderr)\n"
        "os.write(1, b'3\\n')\n"
        "subprocess.run(['echo', '4'])\n"
        "print('5', end='')\n"
        "sys.stderr.write('6')\n"
        "libc = ctypes.CDLL(None); libc.puts(b'7')\n"
        "!echo 8\n"
        "display('9')\n"
        "print('last')\n"
        "'value'"
    )
    assert run.value == "'value'"
    assert run.output == "1\n2\n3\n4\n567\n8\n'9'\nlast\n"


def test_a_line_that_was_begun_comes_before_what_others_write(kernel: Kernel) -> None:
    run = kernel.cell(
        "import ctypes, os, subprocess\nlibc = ctypes.CDLL(None)\n"
        "print('1', end=' ')\nsubprocess.run(['echo', '2'])\n"
        "print('3', end=' ')\nos.system('echo 4')\n"
        "print('5', end=' ')\nif os.fork() == 0:\n    print('6')\n    os._exit(0)\nos.wait()\n"
        "libc.printf(b'7 ')\nprint('8')\nlibc.printf(b'no line end')"
    )
    assert run.output == "1 2\n3 4\n5 6\n7 8\nno line end"


def test_threads_print_whole_lines(kernel: Kernel) -> None:
    run = kernel.cell(
        "import threading\n"
        "def say(n):\n    for i in range(200): print('thread', n, 'line', i)\n"
        "threads = [threading.Thread(target=say, args=(n,)) for n in range(4)]\n"
        "for t in threads: t.start()\nfor t in threads: t.join()"
    )
    assert {len(line.split()) for line in run.output.splitlines()} == {4}


def test_lone_surrogates_are_no_error(kernel: Kernel) -> None:
    run = kernel.cell("print('a\\ud800b')\n'\\ud800'")
    assert run.output == "a\\ud800b\n"
    assert run.value == "'\\ud800'"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("%%time\nsum(range(10))", "Wall time"),
        ("%%bash\necho from bash", "from bash"),
        ("%%writefile t.py\nprint('ran', __name__)\n", "Writing t.py"),
        ("%pwd", ""),
        ("%who", ""),
        ("%timeit -n 1 -r 1 1 + 1", "per loop"),
        ("%matplotlib inline", ""),
        ("len?", "Return the number of items"),
    ],
)
def test_magics_work(kernel: Kernel, code: str, words: str) -> None:
    run = kernel.cell(code)
    assert run.status == "ok", run
    assert words in run.output


def test_run_executes_a_script_and_its_failure_is_the_cells(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "s.py").write_text("y = 5\nprint('in script')\n")
    (tmp_path / "bad.py").write_text("def f():\n    return 1 / 0\nf()\n")
    assert kernel.cell("%run s.py").output == "in script\n"
    assert kernel.cell("y").value == "5"
    run = kernel.cell("%run bad.py")
    assert (run.status, run.error["name"]) == ("error", "ZeroDivisionError")
    assert "bad.py, line 2, in f" in run.error["traceback"]


@pytest.mark.parametrize(
    "code",
    [
        "input('name? ')",
        "breakpoint()",
        "import getpass; getpass.getpass()",
        "import pdb; pdb.set_trace()",
        "import code; code.interact()",
    ],
)
def test_what_needs_a_keyboard_fails_at_once(kernel: Kernel, code: str) -> None:
    run = kernel.cell(code)
    assert run.status == "error"
    assert "nobody can type" in run.error["message"]
    assert "Warning" not in run.output
    assert "power_worker" not in kernel.cell("input").value


def test_a_value_too_long_for_a_result_is_printed(kernel: Kernel) -> None:
    run = kernel.cell("'x' * 50_000")
    assert run.value == ""
    assert len(run.output) > 50_000
    assert len(kernel.cell("'x' * 10_000_000").output) < 3_000_000
    run = kernel.cell("[list(range(1000)) for _ in range(1000)]")
    assert run.status == "ok"
    assert len(run.output) < 3_000_000


def test_modules_of_the_sessions_folder_can_be_imported(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def twice(x):\n    return 2 * x\n")
    assert kernel.cell("import helper\nhelper.twice(21)").value == "42"


PARALLEL = """
import pickle, dataclasses
@dataclasses.dataclass
class Point:
    x: int
def double(p):
    return Point(p.x * 2)
"""


@pytest.mark.parametrize(
    "code",
    [
        "pickle.loads(pickle.dumps(Point(1))) == Point(1)",
        (
            "import multiprocessing as mp\nwith mp.Pool(2) as p: r = p.map(double, [Point(1), "
            "Point(2)])\n"
            "r == [Point(2), Point(4)]"
        ),
        (
            "import multiprocessing as mp\nwith mp.get_context('spawn').Pool(1) as p: r = "
            "p.map(double, [Point(1)])\n"
            "r == [Point(2)]"
        ),
        (
            "from concurrent.futures import ProcessPoolExecutor\n"
            "with ProcessPoolExecutor(2) as p: r = list(p.map(double, [Point(3)]))\nr == [Point(6)]"
        ),
        (
            "from joblib import Parallel, delayed\n"
            "[p.x for p in Parallel(n_jobs=2)(delayed(double)(Point(i)) for i in range(3))] == [0, "
            "2, 4]"
        ),
    ],
)
def test_functions_and_classes_of_cells_work_in_other_processes(kernel: Kernel, code: str) -> None:
    kernel.cell(PARALLEL)
    run = kernel.cell(code)
    assert (run.status, run.value) == ("ok", "True"), run


def test_a_forked_child_that_runs_on_does_not_answer(kernel: Kernel) -> None:
    run = kernel.cell("import os\npid = os.fork()\nif pid: os.waitpid(pid, 0)\npid > 0")
    assert (run.status, run.value) == ("ok", "True"), run
    run = kernel.cell("import os, sys\nif os.fork() == 0: sys.exit(3)\nos.wait()[1] >> 8")
    assert run.status == "ok", run
    assert kernel.cell("'alone'").value == "'alone'"


@pytest.mark.parametrize(
    "line",
    [
        "!pip install requests pandas",
        "%pip install requests pandas",
        "!uv pip install requests pandas",
    ],
)
def test_installing_is_answered_at_once(kernel: Kernel, line: str) -> None:
    run = kernel.cell(line)
    assert run.status == "ok", run
    assert "no network" in run.output
    assert "pandas: version" in run.output
    assert "fetch_from_url" in run.output


def test_lines_of_long_code_and_source_can_be_found(kernel: Kernel) -> None:
    kernel.cell("def f(x):\n    return x + 1")
    run = kernel.cell("import inspect\nprint(inspect.getsource(f))")
    assert "return x + 1" in run.output
