"""What the image's tests share. They run inside a sandbox: see deploy/test-worker.sh."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session", autouse=True)
def home() -> None:
    """Make what the worker makes at its start: a home, and matplotlib's cache in it."""
    home = Path(os.environ["HOME"])
    home.mkdir(parents=True, exist_ok=True)
    cache = home / "matplotlib"
    shutil.copytree("/opt/power-interpreter/mplcache", cache, dirs_exist_ok=True)
    os.environ["MPLCONFIGDIR"] = str(cache)
    os.environ["MPLBACKEND"] = "agg"
