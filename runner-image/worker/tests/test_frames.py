"""The golden frames, and those that a kernel sends."""

import json
from pathlib import Path
from typing import Any

from harness import Kernel

from power_worker import limits
from power_worker.channel import _parse

GOLDEN = Path(__file__).parents[2] / "testdata" / "frames.jsonl"


def golden() -> list[dict[str, Any]]:
    return [json.loads(line) for line in GOLDEN.read_text().splitlines()]


def test_every_golden_command_is_understood() -> None:
    for line in GOLDEN.read_bytes().splitlines():
        frame = _parse(line)
        assert frame is not None
        assert frame.kind


def test_a_golden_cell_runs(kernel: Kernel) -> None:
    frame = next(f for f in golden() if f["kind"] == "run" and f["body"]["op"] == "cell")
    kernel.channel.sendall(json.dumps(frame).encode() + b"\n")
    run = kernel.finish(frame["id"])
    result = next(f for f in golden() if f["kind"] == "result" and f["id"] == frame["id"])
    assert run.value == result["body"]["value"]
    assert run.output == "é <&> 日本\n"


def test_frames_have_only_the_fields_of_the_goldens(kernel: Kernel) -> None:
    kernel.cell("import matplotlib.pyplot as plt\nplt.plot([1])\nplt.title('t')")
    known = {}
    for frame in golden():
        known.setdefault(frame["kind"], set()).update(frame.get("body", {}))
    run = kernel.cell("plt.plot([1])\nplt.title('t')\n1 / 0")
    assert set(run.displays[0]) <= known["display"]
    assert set(run.result) <= known["result"]
    assert set(kernel.ready["body"]) <= known["kernel"]
    assert limits.VERSION == 1


def test_answers_have_only_the_fields_of_the_goldens(kernel: Kernel, tmp_path: Path) -> None:
    answers = [frame["body"].get("data") for frame in golden() if frame["kind"] == "result"]
    known: set[str] = set()
    for answer in answers:
        known.update(*(answer if isinstance(answer, list) else [answer or {}]))
    (tmp_path / "t.csv").write_text("a;b\n1,5;2\n")
    loaded = kernel.run("load", file="t.csv", name="d").data
    table = kernel.run("query", sql="SELECT interval 1 day FROM range(9)", limit=1, offset=0).data
    (listed,) = kernel.run("datasets").data
    assert set(loaded) | set(table) | set(listed) <= known
