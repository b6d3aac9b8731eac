"""What a channel writes is JSON, whichever way it was put together."""

import json
import socket
from typing import Any

import pytest

from power_worker.channel import Channel
from power_worker.interrupts import Interrupts

_ODD = '"quoted" \\ /\n\t\0\x1f\x7f é 世 \U0001f600 \ud800 \u2028 </script>'


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"status": "ok"},
        {"status": "ok", "value": "1"},
        {"status": "ok", "value": _ODD, _ODD: ""},
        {"status": "ok", "more_charts": 2},
        {"status": "error", "error": {"name": "ValueError", "message": _ODD}},
        {"ready": True, "generation": 3},
        {"status": "ok", "value": "x", "data": [1, None, 2.5, {"a": _ODD}]},
        {"status": "ok", "value": "x" * 1_000_000},
    ],
)
@pytest.mark.parametrize("frame_id", ["", "a3f9", _ODD])
def test_a_frame_reads_as_it_was_sent(body: dict[str, Any] | None, frame_id: str) -> None:
    """A body of texts is not written by the encoder; the line is the same."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
        Channel(ours.fileno(), Interrupts(ours.fileno())).send("result", frame_id, body)
        line = theirs.makefile("rb").readline()
    frame: dict[str, Any] = {"v": 1, "kind": "result"}
    if frame_id:
        frame["id"] = frame_id
    if body is not None:
        frame["body"] = body
    assert line == json.dumps(frame, separators=(",", ":")).encode() + b"\n"


def test_frames_are_read_whole_however_they_come() -> None:
    """One that is longer than a read, and several in one."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = Channel(ours.fileno(), Interrupts(ours.fileno()))
        code = "x" * 90_000
        frames = [{"v": 1, "kind": "run", "id": str(i), "body": {"c": code}} for i in range(2)]
        theirs.sendall(b"".join(json.dumps(frame).encode() + b"\n" for frame in frames))
        for i in range(2):
            frame = channel.receive()
            assert (frame.kind, frame.id, frame.body) == ("run", str(i), {"c": code})
