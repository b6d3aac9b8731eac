"""What to do about a file that does not exist: which ones there are, and what is near."""

import os
from collections.abc import Iterator
from pathlib import Path

from . import packages
from .hint_names import near, quoted

#: Entries of the session's folder that are looked at, and how deep.
_MAX_FILES = 2000
_MAX_DEPTH = 4


def missing_file(error: FileNotFoundError, folder: Path) -> str:
    """Name files of the session's folder that are near in name, or those that there are."""
    if not isinstance(error.filename, str | os.PathLike):
        return ""
    wanted = Path(error.filename)
    if wanted.name in ("pip", "pip3", "conda", "uv"):
        return packages.NO_NETWORK
    files = list(walk(folder))
    found = [path for path in files if Path(path).name == wanted.name]
    found += [path for path in near(wanted.name, files, 0.5) if path not in found]
    if found:
        return f"Near in name in the session's folder: {quoted(found, 5)}"
    return (
        f"The session's folder has: {quoted(files)}" if files else "The session has no files yet."
    )


def walk(folder: Path) -> Iterator[str]:
    """Walk the session's folder as far as its bounds, the names relative to it."""
    seen = 0
    for directory, names, files in os.walk(folder):
        inside = Path(directory).relative_to(folder)
        if len(inside.parts) >= _MAX_DEPTH:
            names.clear()
        names[:] = sorted(n for n in names if not n.startswith("."))
        for file in sorted(files):
            seen += 1
            if seen > _MAX_FILES:
                return
            yield str(inside / file)
