"""Code that changes what the kernel itself needs: a defined outcome, and a word about it."""

import pytest
from harness import Kernel

PUT_BACK = "[the code changed what the session needs; put back: "


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import builtins; builtins.isinstance = None", "isinstance"),
        ("import builtins; builtins.print = builtins.len = None", "len, print"),
        ("import builtins; del builtins.str", "str"),
        ("import builtins; builtins.Exception = builtins.KeyboardInterrupt = None", "Exception, "),
        ("import builtins; vars(builtins).clear()", "more]"),
        ("import sys; sys.stdout = None", "stdout"),
        ("import sys; sys.stdout.close()", "stdout"),
        ("import sys, io; sys.stderr = io.StringIO()", "stderr"),
        ("import os; os.close(1)", "descriptor 1"),
        ("import os; os.dup2(os.open('/dev/null', 1), 2)", "descriptor 2"),
    ],
)
def test_what_was_put_back_is_told_once_and_the_cell_is_judged_rightly(
    kernel: Kernel, code: str, names: str
) -> None:
    run = kernel.cell(f"{code}\n6 * 7")
    assert (run.status, run.value) == ("ok", "42"), run
    assert run.output.startswith(PUT_BACK)
    assert names in run.output
    assert kernel.cell("print('fine')").output == "fine\n"
    run = kernel.cell(f"{code}\n1 / 0")
    assert run.error["name"] == "ZeroDivisionError"
    assert "line 2" in run.error["traceback"]
    assert names in run.output


def test_a_cell_may_change_builtins_for_itself(kernel: Kernel) -> None:
    run = kernel.cell("import builtins\nbuiltins.input = lambda *a: 'typed'\ninput('name? ')")
    assert run.value == "'typed'"
    assert "input" in run.output
    assert "nobody can type" in kernel.cell("input()").error["message"]


def test_redirected_output_goes_where_the_cell_led_it(kernel: Kernel) -> None:
    run = kernel.cell(
        "import sys\nsys.stdout = open('log.txt', 'w')\nprint('logged', end='')\n'value'"
    )
    assert run.value == "'value'"
    assert "logged" not in run.output
    assert kernel.cell("open('log.txt').read()").value == "'logged'"


@pytest.mark.parametrize(
    "code",
    [
        "import IPython.lib.pretty as p; p.RepresentationPrinter.pretty = p.pretty = None",
        "import IPython.core.formatters as f; f.BaseFormatter.__call__ = None",
        "import IPython.core.formatters as f; f.DisplayFormatter.format = None",
        "import json; json.dumps = json.loads = json.encoder = None",
        "import sys; sys.modules['json'] = sys.modules['os'] = sys.modules['re'] = None",
        "import os; os.getcwd = os.chdir = os.umask = None",
        "import linecache, traceback; linecache.getline = traceback.FrameSummary = None",
    ],
)
def test_values_show_whatever_libraries_were_broken(kernel: Kernel, code: str) -> None:
    run = kernel.cell(f"{code}\nclass A: pass\n{{'a': [1, None], 'b': A()}}")
    assert run.status == "ok", run
    assert run.value.startswith("{'a': [1, None], 'b': <__main__.A")
    assert kernel.cell("1 / 0").error["name"] == "ZeroDivisionError"


def test_a_module_set_to_none_is_explained(kernel: Kernel) -> None:
    run = kernel.cell("import sys; sys.modules['json'] = None\nimport json")
    assert "del sys.modules['json']" in run.error["hint"]


def test_a_chosen_folder_stays_and_a_deleted_one_is_left(kernel: Kernel) -> None:
    kernel.cell("import os\nos.chdir('/tmp')")
    assert kernel.cell("os.getcwd()").value == "'/tmp'"
    kernel.cell("os.makedirs('/tmp/gone', exist_ok=True); os.chdir('/tmp/gone')")
    kernel.cell("os.rmdir('/tmp/gone')")
    run = kernel.cell("open('new.txt', 'w').write('x'); os.getcwd()")
    assert run.value == repr(str(kernel.folder))
    assert "was deleted" in run.output
    assert "deleted" not in kernel.cell("1").output


def test_threads_start_after_a_hook_was_taken_away(kernel: Kernel) -> None:
    kernel.cell("import sys; sys.excepthook = None")
    run = kernel.cell(
        "import threading\nt = threading.Thread(target=print, args=('ran',))\nt.start(); t.join()"
    )
    assert run.output == "ran\n"


def test_a_mask_does_not_hide_charts(kernel: Kernel) -> None:
    kernel.cell("import os, matplotlib.pyplot as plt\nos.umask(0o777)")
    run = kernel.cell("plt.plot([1]);")
    assert run.displays[0]["file"]
    assert (kernel.folder / run.displays[0]["file"]).stat().st_mode & 0o444
    assert kernel.cell("os.umask(0o022)").value == "511"


@pytest.mark.parametrize(
    "code",
    [
        "asyncio.get_event_loop().run_until_complete(main())",
        "asyncio.run(main())",
        "await main()",
        "with asyncio.Runner() as runner: value = runner.run(main())\nvalue",
    ],
)
def test_event_loops_work_in_any_order(kernel: Kernel, code: str) -> None:
    kernel.cell("import asyncio\nasync def main():\n    await asyncio.sleep(0)\n    return 5")
    for before in (
        "pass",
        "await main()",
        "asyncio.run(main())",
        "asyncio.get_event_loop().close()",
    ):
        assert kernel.cell(before).status == "ok"
        run = kernel.cell(code)
        assert (run.status, run.value, run.output) == ("ok", "5", ""), (before, run)


def test_a_loop_inside_a_loop_is_explained(kernel: Kernel) -> None:
    run = kernel.cell("import asyncio\nasync def f(): asyncio.run(asyncio.sleep(0))\nawait f()")
    assert "await the coroutine" in run.error["hint"]


def test_a_task_left_behind_goes_on_with_the_next_await(kernel: Kernel) -> None:
    kernel.cell(
        "import asyncio\nasync def bg():\n    await asyncio.sleep(0)\n    print('done')\n"
        "async def go():\n    global t\n    t = asyncio.create_task(bg())\nawait go()"
    )
    assert kernel.cell("await t").output == "done\n"


def test_limits_that_code_sets_on_itself_are_told_when_they_are_met(kernel: Kernel) -> None:
    kernel.cell("import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))")
    run = kernel.cell("files = [open('/dev/null') for _ in range(100)]")
    assert "Too many files are open" in run.error["hint"]
    assert kernel.cell("open('/dev/null').read()").value == "''"
