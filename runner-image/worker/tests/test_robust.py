"""Interrupts, and code that breaks whatever it can reach."""

import os
import signal
from pathlib import Path

import pytest
from harness import Kernel, Run, Zygote


def interrupted(kernel: Kernel, code: str, wait: str = "go") -> Run:
    run_id = kernel.start("cell", {"code": code})
    kernel.wait_output(wait)
    kernel.interrupt()
    return kernel.finish(run_id)


@pytest.mark.parametrize(
    "code",
    [
        "kept = 5\nprint('go')\nwhile True: pass",
        "kept = 5\nprint('go')\nimport time\ntime.sleep(100)",
        (
            "kept = 5\nimport asyncio\nasync def f():\n    print('go')\n"
            "    await asyncio.sleep(100)\nawait f()"
        ),
        "kept = 5\nprint('go')\nimport subprocess\nsubprocess.run(['sleep', '100'])",
        "kept = 5\nprint('go')\n!sleep 100",
        (
            "kept = 5\nimport signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('go')\n"
            "import threading\nthreading.Event().wait()"
        ),
        (
            "kept = 5\nprint('go')\nimport duckdb\n"
            "duckdb.sql('select count(*) from range(100000000) a, range(100000) b "
            "where (a.range * b.range) % 7 = 3').df()"
        ),
    ],
)
def test_an_interrupt_keeps_variables(kernel: Kernel, code: str) -> None:
    run = interrupted(kernel, code)
    assert (run.status, run.error["name"]) == ("error", "KeyboardInterrupt"), run
    assert "Cell In[1]" in run.error["traceback"]
    kernel.ping()
    assert kernel.cell("kept").value == "5"


def test_an_interrupt_outside_a_run_means_nothing(kernel: Kernel) -> None:
    for _ in range(20):
        kernel.interrupt()
    kernel.ping()
    assert kernel.cell("1").value == "1"


def test_an_interrupt_sent_with_its_run_is_not_lost(kernel: Kernel) -> None:
    os.kill(kernel.pid, signal.SIGSTOP)
    run_id = kernel.start("cell", {"code": "import time\ntime.sleep(100)"})
    kernel.interrupt()
    os.kill(kernel.pid, signal.SIGCONT)
    assert kernel.finish(run_id).error["name"] == "KeyboardInterrupt"
    kernel.ping()
    assert kernel.cell("1").value == "1"


@pytest.mark.parametrize(
    "code",
    [
        "signal.signal(signal.SIGINT, signal.SIG_IGN)",
        "signal.signal(signal.SIGINT, lambda *a: None)",
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})",
    ],
)
def test_code_that_took_sigint_gives_it_back(kernel: Kernel, code: str) -> None:
    kernel.cell(f"import signal\n{code}")
    run = interrupted(kernel, "print('go')\nwhile True: pass")
    assert run.error["name"] == "KeyboardInterrupt"


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.stdout.close()",
        "import sys; sys.stdout = None",
        "import sys; sys.stdout = sys.stderr = open('log.txt', 'w')",
        "import sys; sys.stdin.close()",
        "import os; os.close(1); os.close(2)",
        "import os; os.dup2(os.open('/dev/null', 1), 1)",
        "import os; os.closerange(0, 200)",
        ("import builtins as b; b.print = b.len = b.open = b.isinstance = None"),
        "import builtins; builtins.__dict__.pop('str')",
        "print = len = open = str = repr = None",
        "import json; json.dumps = json.loads = None; json.encoder.c_make_encoder = None",
        "import json; json.JSONEncoder.encode = lambda *a: 'x'",
        "import os; os.write = os.read = os.dup2 = os.fstat = None",
        "import sys; sys.modules.clear()",
        (
            "import sys\nfor m in [m for m in sys.modules if 'power' in m or 'IPython' in m]: del "
            "sys.modules[m]"
        ),
        "import sys; sys.setrecursionlimit(60)",
        "import sys; sys.settrace(lambda *a: 1 / 0)",
        "import sys; sys.displayhook = sys.excepthook = None",
        "import sys; sys.path.clear()",
        "get_ipython = None",
        "get_ipython().user_ns.clear()",
        "globals().clear()",
        "%reset -f",
        "import gc; gc.disable()",
        (
            "import signal; signal.signal(signal.SIGALRM, lambda *a: 1 / 0); "
            "signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)"
        ),
        (
            "import threading\ndef late():\n    while True: pass\nthreading.Thread(target=late, "
            "daemon=True).start()"
        ),
        "import asyncio; asyncio.get_event_loop_policy().set_event_loop(None)",
        "import os; os.chdir('/')",
        "import os; os.environ.clear()",
        "import warnings; warnings.simplefilter('error')",
        "import linecache; linecache.clearcache(); linecache.getline = None",
        "import traceback; traceback.StackSummary = None",
        "import matplotlib; matplotlib.rcParams.clear()",
        "__builtins__ = None",
        "import os; os.setpgid = os.getpid = lambda *a: 0",
    ],
)
def test_whatever_code_breaks_the_next_cell_answers(kernel: Kernel, code: str) -> None:
    kernel.finish(kernel.start("cell", {"code": code}))
    kernel.ping()
    for _ in range(50):  # an alarm that goes on may ring in a cell too, which is the cell's own
        run = kernel.cell("__import__('sys').stdout.write('out\\n')\n1 + 1")
        if run.status == "ok" or "SIGALRM" not in code:
            break
    assert (run.status, run.value) == ("ok", "2"), run
    assert run.output.endswith("out\n")
    run = kernel.cell("1 / 0")
    assert run.error["name"] == "ZeroDivisionError"


def test_a_kernel_without_its_channel_ends(zygote: Zygote, tmp_path: Path) -> None:
    k = zygote.fork(tmp_path)
    k.start("cell", {"code": "import os; os.closerange(3, 5000)"})
    assert zygote.wait_for("exited", pid=k.pid)
    k.kill()


def test_a_crash_is_told_with_its_signal(zygote: Zygote, tmp_path: Path) -> None:
    k = zygote.fork(tmp_path)
    k.start("cell", {"code": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"})
    assert os.WTERMSIG(zygote.wait_for("exited", pid=k.pid)["status"]) == signal.SIGSEGV
    k.kill()
    k = zygote.fork(tmp_path, 2)
    k.start("cell", {"code": "import os; os._exit(7)"})
    assert os.WEXITSTATUS(zygote.wait_for("exited", pid=k.pid)["status"]) == 7
    k.kill()


def test_threads_left_behind_print_later(kernel: Kernel) -> None:
    run = kernel.cell(
        "import threading, time\ndef late():\n    time.sleep(0.5)\n    print('late')\n"
        "threading.Thread(target=late, daemon=True).start()\n'now'"
    )
    assert (run.value, run.output) == ("'now'", "")
    kernel.wait_output("late")


def test_a_frame_that_is_none_is_skipped(kernel: Kernel) -> None:
    kernel.channel.sendall(b'not json\n{}\n[1]\n{"v":2,"kind":"run"}\n\n')
    assert kernel.cell("1").value == "1"
    run = kernel.run("nonsense")
    assert run.error["name"] == "bad_op"
