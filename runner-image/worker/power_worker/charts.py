"""The charts of the running execution: kept in the session's folder and sent as frames."""

import os
import sys
from pathlib import Path
from typing import Any

from . import pictures
from .channel import Channel, b64encode
from .limits import MAX_CHARTS

#: Bytes of a picture file that we read back: beyond it, it is only named.
MAX_READ = 64 << 20
#: Characters of a chart's title.
_MAX_ALT = 200
#: Of the files of charts, whatever the code has set for its own.
_UMASK = 0o022


class Charts:
    """Counts and sends charts. Outside an execution it takes none."""

    def __init__(self) -> None:
        self._channel: Channel | None = None
        self._folder = Path()
        self._id = ""
        self._sent = 0
        self._once: set[int] = set()  # hashes of pictures that are not to come twice
        #: Charts beyond wire.MaxCharts.
        self.more = 0

    @property
    def count(self) -> int:
        """The charts of this execution so far."""
        return self._sent + self.more

    def begin(self, channel: Channel, folder: Path, execution: str) -> None:
        """Start with no chart."""
        self._channel, self._folder, self._id = channel, folder, execution
        self._sent = self.more = 0
        self._once.clear()

    def end(self) -> None:
        """Take no more charts: what a thread shows later belongs to no execution."""
        self._channel = None

    def add(self, data: bytes, alt: str = "", file: str = "", once: bool = False) -> None:
        """Send a picture of any format; file names it in the session's folder if it is there.

        Once says that it is the same chart if it is the same picture.
        """
        if self._channel is None or (once and hash(data) in self._once):
            return
        if once:
            self._once.add(hash(data))
        if self._sent >= MAX_CHARTS:
            self.more += 1
            return
        small = pictures.inline(data)
        self._sent += 1
        body: dict[str, Any] = {"width": small.width, "height": small.height}
        file = file or self._keep(data)
        if file:
            body["file"] = file
        if small.png:
            body["png"] = b64encode(small.png).decode()
        if alt:
            body["alt"] = alt[:_MAX_ALT]
        self._channel.send("display", self._id, body)

    def add_file(self, path: Path, alt: str = "") -> bool:
        """Send a picture that lies in a file. False says that it could not be read."""
        try:
            if path.stat().st_size > MAX_READ:
                return False
            self.add(path.read_bytes(), alt, self.relative(path))
        except (OSError, ValueError):
            return False
        return True

    def fail(self, what: str, error: BaseException) -> None:
        """Say that a chart could not be made; the cell goes on."""
        print(f"[{what} not shown: {type(error).__name__}: {error}]", file=sys.stderr)

    def relative(self, path: Path) -> str:
        """Return a path as seen from the session's folder, empty for one outside."""
        try:
            return str(path.resolve().relative_to(self._folder.resolve()))
        except ValueError:
            return ""

    def _keep(self, data: bytes) -> str:
        name = f"charts/{self._id}-{self._sent}.png"
        mask = os.umask(_UMASK)
        try:
            (self._folder / "charts").mkdir(exist_ok=True)
            (self._folder / name).write_bytes(pictures.as_png(data))
        except OSError as error:
            print(f"[chart not kept as a file: {error.strerror}]", file=sys.stderr)
            return ""
        finally:
            os.umask(mask)
        return name
