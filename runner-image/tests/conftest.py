"""What the image's tests share. They run inside a sandbox: see deploy/test-worker.sh."""

import os
import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def home() -> None:
    """Make what the worker makes at its start: a home, and matplotlib's cache in it."""
    home = Path(os.environ["HOME"])
    home.mkdir(parents=True, exist_ok=True)
    cache = home / "matplotlib"
    shutil.copytree("/opt/power-interpreter/mplcache", cache, dirs_exist_ok=True)
    os.environ["MPLCONFIGDIR"] = str(cache)
    os.environ["MPLBACKEND"] = "agg"
