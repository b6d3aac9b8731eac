"""The zygote: forks, reports deaths, survives its own user."""

import os
import signal
import time
from pathlib import Path

from harness import Kernel, Zygote


def test_kernels_share_nothing_but_the_stack(zygote: Zygote, tmp_path: Path) -> None:
    first, second = zygote.fork(tmp_path, 11), zygote.fork(tmp_path, 12)
    assert (first.ready["body"]["generation"], second.ready["body"]["generation"]) == (11, 12)
    for draw in ("float(np.random.rand())", "__import__('random').random()"):
        assert first.cell(draw).value != second.cell(draw).value
    first.cell("x = 1")
    assert second.cell("x").error["name"] == "NameError"
    for k in (first, second):
        k.kill()


def test_a_kernel_is_a_group_leader_with_default_signals_and_few_descriptors(
    kernel: Kernel,
) -> None:
    run = kernel.cell(
        "import os, signal\n"
        "print(os.getpgid(0) == os.getpid(), signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)\n"
        "print(sorted(os.readlink(f'/proc/self/fd/{f}').split(':')[0] for f in "
        "os.listdir('/proc/self/fd') "
        "if os.path.lexists(f'/proc/self/fd/{f}')))\n"
        "import threading; threading.active_count()"
    )
    assert run.value == "1"
    assert run.output == "True True\n['/dev/null', 'pipe', 'pipe', 'pipe', 'socket']\n", run


def test_a_zygote_cannot_be_looked_into_and_a_kernel_can(zygote: Zygote, kernel: Kernel) -> None:
    look = f"open('/proc/{zygote.process.pid}/environ', 'rb').read()"
    if os.getuid() != 0:
        assert kernel.cell(look).error["name"] == "PermissionError"
    assert kernel.cell("len(open('/proc/self/environ', 'rb').read()) > 0").value == "True"


def test_the_zygote_outlives_signals(zygote: Zygote) -> None:
    for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
        os.kill(zygote.process.pid, number)
    zygote.ask({"kind": "ping", "n": 5})
    assert zygote.wait_for("pong", n=5)


def test_a_lean_kernel_answers_before_the_stack_is_there(tmp_path: Path) -> None:
    z = Zygote()
    k = z.fork(tmp_path)
    assert not any(m["kind"] == "warm" for m in z.seen)
    assert k.cell("x = 2\nx + 1").value == "3"
    assert k.cell("df = pd.DataFrame({'a': [1]})\ndf").value.endswith("[1 rows x 1 columns]")
    assert k.run("query", sql="SELECT a FROM df", limit=5, offset=0).data["rows"] == [[1]]
    assert len(k.cell("import matplotlib.pyplot as plt\nplt.plot([1])").displays) == 1
    k.kill()
    assert z.wait_for("exited", pid=k.pid)["status"] == signal.SIGKILL
    z.close()


def test_thread_pools_have_the_sandboxes_size(kernel: Kernel) -> None:
    run = kernel.cell(
        "import os, pyarrow, duckdb, threadpoolctl, joblib\n"
        "print(os.cpu_count(), pyarrow.cpu_count(), joblib.cpu_count())\n"
        "setting = \"select current_setting('threads')\"\n"
        "print(duckdb.sql(setting).fetchall(), duckdb.connect().sql(setting).fetchall())\n"
        "print({i['num_threads'] for i in threadpoolctl.threadpool_info()})"
    )
    assert run.output == "2 2 2\n[(2,)] [(2,)]\n{2}\n", run


def test_when_the_supervisor_is_gone_so_are_zygote_and_kernel(tmp_path: Path) -> None:
    z = Zygote()
    k = z.fork(tmp_path)
    k.channel.close()
    assert os.WEXITSTATUS(z.wait_for("exited", pid=k.pid)["status"]) == 0
    z.control.close()
    assert z.process.wait(60) == 0
    time.sleep(0)
