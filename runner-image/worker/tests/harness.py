"""A zygote and its kernels, driven over socket pairs as the supervisor drives them."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

WAIT = 120
#: Gives the zygote its control socket as descriptor 3, and no other.
LAUNCH = """
import os, sys
given = int(sys.argv[1])
if given != 3:
    os.dup2(given, 3)
    os.close(given)
os.execv(sys.executable, [sys.executable, "-m", "power_worker"])
"""


class Zygote:
    """A real zygote in its own process."""

    def __init__(self, env: dict[str, str] | None = None) -> None:
        ours, theirs = socket.socketpair()
        self.control = ours
        self.buffer = b""
        self.seen = []
        environment = {**os.environ, "POWER_CPUS": "2", **(env or {})}
        environment["PYTHONPATH"] = str(Path(__file__).parents[1])
        environment.setdefault("HOME", "/tmp/home")
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        theirs.close()

    def ask(self, request: dict[str, Any], descriptors: Iterable[int] = ()) -> None:
        data = json.dumps(request).encode() + b"\n"
        socket.send_fds(self.control, [data], list(descriptors))

    def wait_for(self, kind: str, **match: Any) -> dict[str, Any]:
        """Return the first message of a kind, also one that came before."""
        deadline = time.monotonic() + WAIT
        while True:
            for message in self.seen:
                if message["kind"] == kind and match.items() <= message.items():
                    self.seen.remove(message)
                    return message
            if not select.select([self.control], [], [], deadline - time.monotonic())[0]:
                raise TimeoutError(f"no {kind} from the zygote: {self.seen}")
            data = self.control.recv(65536)
            if not data:
                raise EOFError("the zygote is gone")
            *lines, self.buffer = (self.buffer + data).split(b"\n")
            self.seen += [json.loads(line) for line in lines]

    def fork(self, folder: Path | None, generation: int = 1) -> "Kernel":
        channel, theirs = socket.socketpair()
        read, write = os.pipe()
        self.ask({"kind": "fork", "generation": generation}, [theirs.fileno(), write])
        theirs.close()
        os.close(write)
        pid = self.wait_for("forked", generation=generation)["pid"]
        kernel = Kernel(pid, channel, read)
        kernel.ready = kernel.wait_for("kernel")
        if folder is not None:
            kernel.open(folder)
        return kernel

    def close(self) -> None:
        self.control.close()
        self.process.wait(30)


class Run:
    """What one execution gave."""

    def __init__(self, result: dict[str, Any], displays: list[dict[str, Any]], output: str) -> None:
        self.result = result
        self.displays = displays
        self.output = output
        self.status = result["status"]
        self.value = result.get("value", "")
        self.error = result.get("error", {})
        self.data = result.get("data")

    def __repr__(self) -> str:
        return f"Run({self.result}, {len(self.displays)} displays, {self.output!r})"


class Kernel:
    """The supervisor's ends of a kernel's channel and output pipe."""

    def __init__(self, pid: int, channel: socket.socket, output: int) -> None:
        self.pid = pid
        self.channel = channel
        self.pipe = output
        self.buffer = b""
        self.text = b""
        self.frames = []
        self.count = 0
        self.folder = None

    def send(self, kind: str, frame_id: str = "", body: dict[str, Any] | None = None) -> None:
        frame = {"v": 1, "kind": kind}
        if frame_id:
            frame["id"] = frame_id
        if body is not None:
            frame["body"] = body
        self.channel.sendall(json.dumps(frame).encode() + b"\n")

    def open(self, folder: Path) -> dict[str, Any]:
        self.folder = Path(folder)
        self.send("open", body={"session": "s", "folder": str(folder)})
        return self.wait_for("kernel")

    def read(self, timeout: float) -> bool:
        ready = select.select([self.channel, self.pipe], [], [], max(0, timeout))[0]
        if self.pipe in ready:
            self.text += os.read(self.pipe, 1 << 16)
        if self.channel in ready:
            data = self.channel.recv(1 << 20)
            if not data:
                raise EOFError("the kernel is gone")
            *lines, self.buffer = (self.buffer + data).split(b"\n")
            self.frames += [json.loads(line) for line in lines]
        return bool(ready)

    def wait_for(self, kind: str, frame_id: str | None = None) -> dict[str, Any]:
        deadline = time.monotonic() + WAIT
        while True:
            for frame in self.frames:
                if frame["kind"] == kind and frame_id in (None, frame.get("id")):
                    self.frames.remove(frame)
                    return frame
            if time.monotonic() > deadline or not self.read(deadline - time.monotonic()):
                raise TimeoutError(f"no {kind}: {self.frames} {self.text[-2000:]!r}")

    def start(self, op: str, args: dict[str, Any] | None = None) -> str:
        self.count += 1
        run_id = f"{self.count:08x}"
        self.send("run", run_id, {"op": op, "args": args, "timeout_ms": 1, "grace_ms": 1})
        return run_id

    def finish(self, run_id: str) -> Run:
        result = self.wait_for("result", run_id)["body"]
        while select.select([self.pipe], [], [], 0)[0]:
            self.read(0)
        output, self.text = self.text.decode(), b""
        displays = [f["body"] for f in self.frames if f["kind"] == "display"]
        self.frames = [f for f in self.frames if f["kind"] != "display"]
        return Run(result, displays, output)

    def run(self, op: str, **args: Any) -> Run:
        return self.finish(self.start(op, args))

    def cell(self, code: str) -> Run:
        return self.run("cell", code=code)

    def wait_output(self, text: str) -> None:
        deadline = time.monotonic() + WAIT
        while text.encode() not in self.text:
            if time.monotonic() > deadline or not self.read(deadline - time.monotonic()):
                raise TimeoutError(f"no output {text!r}: {self.text!r}")

    def interrupt(self) -> None:
        os.kill(self.pid, signal.SIGINT)

    def ping(self) -> dict[str, Any]:
        self.send("ping", "p")
        return self.wait_for("pong", "p")

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.channel.close()
        os.close(self.pipe)
