"""What the tests of loading share."""

from pathlib import Path

from harness import Kernel, Run


def load(kernel: Kernel, file: str, name: str = "d", **more: str) -> Run:
    return kernel.run("load", file=file, name=name, **more)


def loaded(kernel: Kernel, path: Path, content: bytes | str, **more: str) -> Run:
    """Write a file and load it as d."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    run = load(kernel, path.name, **more)
    assert run.status == "ok", run
    return run


def shape(run: Run) -> tuple[int, list[str]]:
    return run.data["rows"], [column["name"] for column in run.data["columns"]]


def types(run: Run) -> list[str]:
    return [column["type"] for column in run.data["columns"]]


def notes(run: Run) -> str:
    return "\n".join(run.data["notes"])


def refused(kernel: Kernel, path: Path, content: bytes | str | None, **more: str) -> str:
    """Return all that is said about a file that must be refused; the kernel goes on."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    run = load(kernel, path.name, **more)
    assert (run.status, run.error["name"]) == ("error", "bad_file"), run
    assert "traceback" not in run.error
    said = run.error["message"] + "\n" + run.error.get("hint", "")
    assert str(path.parent) not in said
    assert kernel.cell("1 + 1").value == "2"
    return said
