"""The image's own files, as its tests look at them."""

import os
from collections.abc import Iterator
from pathlib import Path

SITE = Path("/usr/local/lib/python3.13/dist-packages")


def walk(top: str = "/") -> Iterator[Path]:
    """Yield every file of the image itself, not of what is mounted into it."""
    device = os.stat(top).st_dev
    for folder, folders, files in os.walk(top):
        folders[:] = [f for f in folders if os.lstat(Path(folder, f)).st_dev == device]
        for file in files:
            path = Path(folder, file)
            if path.lstat().st_dev == device:
                yield path
