"""Frames between the supervisor and a kernel: one JSON object a line (Go: internal/wire)."""

import base64
import select
from dataclasses import dataclass
from os import read as _read
from os import write as _write
from typing import Any

from .interrupts import Interrupts
from .limits import VERSION
from .private import private

_json = private("json")
_encode = _json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_quote = _json.encoder.encode_basestring_ascii  # what it makes of a text
_decode = _json.JSONDecoder().decode
#: Bytes of one read. Python allocates them all before it reads: 256 KiB took five times as long.
_READ = 32 << 10
b64encode = base64.b64encode


class ChannelClosedError(Exception):
    """The supervisor is gone, or the cell closed the descriptor: the kernel is of no use."""


@dataclass(frozen=True)
class Frame:
    """One frame from the supervisor."""

    kind: str
    id: str
    body: dict[str, Any]


class Channel:
    """A kernel's end of its channel. It belongs to the main thread."""

    def __init__(self, fd: int, interrupts: Interrupts) -> None:
        self._fd = fd
        self._interrupts = interrupts
        self._buffer = bytearray()
        poller = select.poll()
        poller.register(fd, select.POLLIN)
        self._poll = poller.poll

    def receive(self) -> Frame:
        """Wait for the next frame. Lines that are no frame are skipped."""
        while True:
            line = self._line()
            frame = _parse(line)
            if frame is not None:
                return frame

    def send(self, kind: str, frame_id: str = "", body: dict[str, Any] | None = None) -> None:
        """Send one frame, whole. A body holds JSON values only, no NaN."""
        identity = f',"id":{_quote(frame_id)}' if frame_id else ""
        content = "" if body is None else f',"body":{_body(body)}'
        data = f'{{"v":{VERSION},"kind":{_quote(kind)}{identity}{content}}}\n'.encode()
        try:
            sent = _write(self._fd, data)
            while sent < len(data):
                sent += _write(self._fd, memoryview(data)[sent:])
        except OSError as error:
            raise ChannelClosedError from error

    def _line(self) -> bytes:
        buffer = self._buffer
        while (end := buffer.find(b"\n")) < 0:
            # Not read at once: while the frame lies in the socket, an interrupt can be told to
            # belong to it.
            self._poll()
            self._interrupts.taking()
            try:
                chunk = _read(self._fd, _READ)
            except OSError as error:
                raise ChannelClosedError from error
            if not chunk:
                raise ChannelClosedError
            buffer += chunk
        self._interrupts.taking()
        line = bytes(buffer[:end])
        del buffer[: end + 1]
        return line


def json_size(value: Any) -> int:
    """Return the bytes that a value takes in a frame; raises ValueError if it cannot be sent."""
    return len(_encode(value))


def _body(body: dict[str, Any]) -> str:
    """Return a body's JSON. One of texts only, as nearly every result is, needs no encoder."""
    texts = [f"{_quote(k)}:{_quote(v)}" for k, v in body.items() if type(v) is str]
    return f"{{{','.join(texts)}}}" if len(texts) == len(body) else _encode(body)


def _parse(line: bytes) -> Frame | None:
    try:
        raw = _decode(line.decode())
        if raw.get("v") != VERSION:
            return None
        return Frame(str(raw["kind"]), str(raw.get("id", "")), dict(raw.get("body") or {}))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
