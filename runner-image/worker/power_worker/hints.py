"""What to do next, where an exception lets one know."""

import errno
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import hint_names, packages
from .hint_files import missing_file

#: Exceptions that are followed to what caused them.
_MAX_CHAIN = 8
_FETCH = (
    "The sandbox has no network. fetch_from_url downloads a file into the session's folder, "
    "and code can read it there."
)
_NETWORK_ERRORS = ("URLError", "HTTPError", "ConnectionError", "ConnectTimeout", "ConnectError")


_SMALLER = "Work on parts: fewer columns, chunks, smaller types, or query_dataset over the file."
#: What libraries say in words only.
_SIGNS = {
    "running event loop": "An event loop runs here already: await the coroutine instead, also at "
    "a cell's top level.",
    "no current event loop": "Await the coroutine at the cell's top level, or asyncio.run() it.",
    "anywidget": "There is no page that widgets could live in: use go.Figure.",
    "ffmpeg": "There is no ffmpeg: save an animation as .gif, with writer='pillow'.",
    "unknown file extension: .mp4": "There is no ffmpeg: save an animation as .gif.",
}


def hint(error: BaseException, namespace: dict[str, Any], folder: Path) -> str:
    """Return what to do next, empty where it is not known. It never raises."""
    try:
        return _hint(error, namespace, folder)
    except Exception:
        return ""


def _hint(error: BaseException, namespace: dict[str, Any], folder: Path) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return packages.missing(error.name)
    for kind, words in (
        (ImportError, hint_names.imported),
        (FileNotFoundError, lambda e: missing_file(e, folder)),
        (NameError, lambda e: hint_names.variable(e, namespace)),
        (KeyError, hint_names.column),
        (AttributeError, hint_names.attribute),
        (MemoryError, lambda _: _SMALLER),
    ):
        if isinstance(error, kind) and (found := words(error)):
            return found
    message = str(error).lower()
    said = [words for sign, words in _SIGNS.items() if sign in message]
    if said:
        return said[0]
    return _FETCH if any(_is_network(e) for e in _chain(error)) else _system(error)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(_MAX_CHAIN):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _is_network(error: BaseException) -> bool:
    if isinstance(error, socket.gaierror):
        return True
    if type(error).__name__ in _NETWORK_ERRORS:
        return True
    return isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH)


def _system(error: BaseException) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT):
        return "The disk's limit is reached: delete files of the session or of /tmp."
    if number == errno.EROFS or (number == errno.EACCES and isinstance(error, PermissionError)):
        return "Only the session's folder and /tmp can be written."
    if number == errno.EAGAIN or "can't start new thread" in str(error):
        return "The limit of processes and threads is reached: start fewer."
    if number == errno.EMFILE:
        return "Too many files are open: close them (with open(...) as f), or reset_session."
    if number == errno.EFBIG:
        return "The file is larger than the session may write."
    return ""
