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
from pathlib import Path

WAIT = 120


class Zygote:
    """A real zygote in its own process."""

    def __init__(self, env=None):
        ours, theirs = socket.socketpair()
        self.control = ours
        self.buffer = b""
        self.seen = []
        environment = {**os.environ, "POWER_CPUS": "2", **(env or {})}
        environment["PYTHONPATH"] = str(Path(__file__).parents[1])
        environment.setdefault("HOME", "/tmp/home")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "power_worker"],
            preexec_fn=lambda: os.dup2(theirs.fileno(), 3),
            pass_fds=[3],
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        theirs.close()

    def ask(self, request, descriptors=()):
        data = json.dumps(request).encode() + b"\n"
        socket.send_fds(self.control, [data], list(descriptors))

    def wait_for(self, kind, **match):
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

    def fork(self, folder, generation=1, **kwargs):
        channel, theirs = socket.socketpair()
        read, write = os.pipe()
        self.ask({"kind": "fork", "generation": generation}, [theirs.fileno(), write])
        theirs.close()
        os.close(write)
        pid = self.wait_for("forked", generation=generation)["pid"]
        kernel = Kernel(pid, channel, read, **kwargs)
        kernel.ready = kernel.wait_for("kernel")
        if folder is not None:
            kernel.open(folder)
        return kernel

    def close(self):
        self.control.close()
        self.process.wait(30)


class Run:
    """What one execution gave."""

    def __init__(self, result, displays, output):
        self.result = result
        self.displays = displays
        self.output = output
        self.status = result["status"]
        self.value = result.get("value", "")
        self.error = result.get("error", {})
        self.data = result.get("data")

    def __repr__(self):
        return f"Run({self.result}, {len(self.displays)} displays, {self.output!r})"


class Kernel:
    """The supervisor's ends of a kernel's channel and output pipe."""

    def __init__(self, pid, channel, output):
        self.pid = pid
        self.channel = channel
        self.pipe = output
        self.buffer = b""
        self.text = b""
        self.frames = []
        self.count = 0
        self.folder = None

    def send(self, kind, id="", body=None):
        frame = {"v": 1, "kind": kind}
        if id:
            frame["id"] = id
        if body is not None:
            frame["body"] = body
        self.channel.sendall(json.dumps(frame).encode() + b"\n")

    def open(self, folder):
        self.folder = Path(folder)
        self.send("open", body={"session": "s", "folder": str(folder)})
        return self.wait_for("kernel")

    def read(self, timeout):
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

    def wait_for(self, kind, id=None):
        deadline = time.monotonic() + WAIT
        while True:
            for frame in self.frames:
                if frame["kind"] == kind and id in (None, frame.get("id")):
                    self.frames.remove(frame)
                    return frame
            if time.monotonic() > deadline or not self.read(deadline - time.monotonic()):
                raise TimeoutError(f"no {kind}: {self.frames} {self.text[-2000:]!r}")

    def start(self, op, args=None):
        self.count += 1
        run_id = f"{self.count:08x}"
        self.send("run", run_id, {"op": op, "args": args, "timeout_ms": 1, "grace_ms": 1})
        return run_id

    def finish(self, run_id):
        result = self.wait_for("result", run_id)["body"]
        while select.select([self.pipe], [], [], 0)[0]:
            self.read(0)
        output, self.text = self.text.decode(), b""
        displays = [f["body"] for f in self.frames if f["kind"] == "display"]
        self.frames = [f for f in self.frames if f["kind"] != "display"]
        return Run(result, displays, output)

    def run(self, op, **args):
        return self.finish(self.start(op, args))

    def cell(self, code):
        return self.run("cell", code=code)

    def wait_output(self, text):
        deadline = time.monotonic() + WAIT
        while text.encode() not in self.text:
            if time.monotonic() > deadline or not self.read(deadline - time.monotonic()):
                raise TimeoutError(f"no output {text!r}: {self.text!r}")

    def interrupt(self):
        os.kill(self.pid, signal.SIGINT)

    def ping(self):
        self.send("ping", "p")
        return self.wait_for("pong", "p")

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.channel.close()
        os.close(self.pipe)
