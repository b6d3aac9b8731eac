"""pip and its like, wherever they are called."""

import pytest
from harness import Kernel

from power_worker.installers import NAMES, answer


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("pip install polars", 1, "no network"),
        ("pip3 install -q 'polars>=1' -i http://x/simple", 1, "use pandas or duckdb"),
        ("python3 -m pip install polars", 1, "no network"),
        ("conda install -y -c conda-forge polars", 1, "no network"),
        ("uv pip install polars", 1, "no network"),
        ("apt-get install -y ffmpeg", 1, "no network"),
        ("pip install pandas numpy==1.0", 0, "pandas: version"),
        ("pip install scikit-learn opencv-python", 1, "scikit-learn: version"),
        ("pip list", 0, "pandas=="),
        ("pip freeze", 0, "duckdb=="),
        ("pip show pandas", 0, "Name: pandas\nVersion: "),
        ("pip show nothing-like-it", 1, "not installed"),
        ("pip install", 1, "no network"),
        ("pip", 0, "install, list"),
        ("pip wheel 'unclosed", 1, "no network"),
    ],
)
def test_it_answers_as_pip_would_without_a_network(command: str, code: int, words: str) -> None:
    told = answer(command)
    assert told is not None
    assert told.code == code, told
    assert words in told.text


@pytest.mark.parametrize(
    "command", ["echo pip install", "pipx run", "pip list | grep pandas", "ls", "pip list > x"]
)
def test_what_is_no_installer_alone_is_left_to_the_shell(command: str) -> None:
    assert answer(command) is None


def test_child_processes_are_answered_too(kernel: Kernel) -> None:
    run = kernel.cell(
        "import subprocess, sys\n"
        "for command in (['pip'], ['conda'], [sys.executable, '-m', 'pip']):\n"
        "    print(subprocess.run([*command, 'install', 'polars']).returncode)\n"
        "!pip list | grep -c ^pandas=="
    )
    assert run.status == "ok", run
    assert run.output.count("no network") == 3
    assert run.output.splitlines()[-1] == "1"
    run = kernel.cell("subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'pandas'])")
    assert run.value == "0"


def test_every_installer_has_its_program(kernel: Kernel) -> None:
    run = kernel.cell(f"import shutil\n[n for n in {NAMES!r} if not shutil.which(n)]")
    assert run.value == "[]"
