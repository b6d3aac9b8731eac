"""How a cell can end itself, and what it leaves."""

import pytest
from harness import Kernel

SAYS = "the session and its variables stay (reset_session"


@pytest.mark.parametrize(
    "code",
    [
        "exit()",
        "quit()",
        "exit(0)",
        "import sys; sys.exit()",
        "import sys; sys.exit(0)",
        "raise SystemExit",
        "import sys\ndef deep():\n    try: sys.exit()\n    finally: print('cleaned')\ndeep()",
        "import sys\nasync def f(): sys.exit()\nawait f()",
    ],
)
def test_an_exit_ends_the_cell_there_and_says_what_stays(kernel: Kernel, code: str) -> None:
    kernel.cell("kept = 1")
    run = kernel.cell(f"{code}\nprint('went on')")
    assert (run.status, run.value) == ("ok", ""), run
    assert "went on" not in run.output
    assert SAYS in run.output
    assert ("cleaned" in run.output) == ("finally" in code)
    assert kernel.cell("kept").value == "1"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; sys.exit(2)", "the code exited with status 2"),
        ("exit(3)", "the code exited with status 3"),
        ("import sys; sys.exit('no data')", "no data"),
    ],
)
def test_an_exit_with_a_status_or_message_is_a_failure(
    kernel: Kernel, code: str, message: str
) -> None:
    run = kernel.cell(f"kept = 1\n{code}\nprint('went on')")
    assert (run.status, run.error["name"]) == ("error", "SystemExit"), run
    assert run.error["message"] == message
    assert "Cell In[1], line 2" in run.error["traceback"]
    assert SAYS in run.error["hint"]
    assert run.output == ""
    assert kernel.cell("kept").value == "1"


def test_an_exit_that_is_caught_or_of_a_thread_ends_nothing_else(kernel: Kernel) -> None:
    assert kernel.cell("try: exit()\nexcept SystemExit: pass\n'on'").value == "'on'"
    run = kernel.cell(
        "import sys, threading\nt = threading.Thread(target=sys.exit, args=(3,))\n"
        "t.start(); t.join()\n'on'"
    )
    assert (run.value, run.output) == ("'on'", "")


def test_exit_is_not_called_by_looking_at_it(kernel: Kernel) -> None:
    assert "reset_session" in kernel.cell("exit").value
