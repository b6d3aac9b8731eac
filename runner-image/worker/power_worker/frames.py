"""The frames of a traceback that mean something to who wrote the cell."""

import itertools
import os
import site
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

#: Frames kept of the outer and of the inner end: a recursion has a thousand.
OUTER = 8
INNER = 24
_PACKAGE = str(Path(__file__).parent)
_LIBRARIES = tuple(
    dict.fromkeys(
        path.rstrip("/") + "/"
        for path in (
            *site.getsitepackages(),
            site.getusersitepackages(),
            str(Path(os.__file__).parent),
        )
    )
)
#: Sources of compiled modules, which name themselves by relative paths.
_COMPILED = (".pyx", ".pxd", ".pxi")
#: Between the kernel and the cell, and of no interest to anyone.
_MACHINERY = (_PACKAGE, *(f"{path}{name}/" for path in _LIBRARIES for name in ("IPython",)))


@dataclass(frozen=True)
class _Place:
    file: str
    line: int
    name: str
    positions: tuple[int | None, ...]


def describe(tb: TracebackType | None, folder: str) -> str:
    """Return the user's frames as text, and the innermost line of a library below them.

    Files in folder are named relative to it, a library's relative to where libraries lie.
    """
    users: deque[_Place] = deque(maxlen=INNER)
    first: list[_Place] = []
    count = 0
    last: _Place | None = None
    for place in _places(tb):
        if place.file.startswith(_MACHINERY):
            continue
        if not count and (_is_library(place.file) or place.file.startswith("<")):
            continue  # not yet in the user's code
        last = place
        if not _is_library(place.file):
            count += 1
            if len(first) < OUTER:
                first.append(place)
            else:
                users.append(place)
    blocks = _blocks(first, folder)
    skipped = count - len(first) - len(users)
    if skipped:
        blocks.append(f"... [{skipped} more frames]")
    blocks += _blocks(users, folder)
    if last is not None and _is_library(last.file):
        blocks.append(_block(last, folder))
    return "\n".join(blocks)


def header(file: str, line: int | None, name: str, folder: str) -> str:
    """Name a place in code."""
    where = f"{_short(file, folder)}, line {line}"
    return where if name in ("<module>", "") else f"{where}, in {name}"


def _places(tb: TracebackType | None) -> Iterator[_Place]:
    while tb is not None:
        code = tb.tb_frame.f_code
        positions = next(itertools.islice(code.co_positions(), tb.tb_lasti // 2, None), (None,) * 4)
        yield _Place(code.co_filename, tb.tb_lineno or 0, code.co_name, positions)
        tb = tb.tb_next


def _is_library(file: str) -> bool:
    return file.startswith((*_LIBRARIES, "<frozen ")) or file.endswith(_COMPILED)


def _short(file: str, folder: str) -> str:
    for root in (folder.rstrip("/") + "/", *_LIBRARIES):
        if len(root) > 1 and file.startswith(root):
            return file[len(root) :]
    return file


def _blocks(places: "list[_Place] | deque[_Place]", folder: str) -> list[str]:
    """Format frames, with repetitions counted instead of shown."""
    blocks: list[str] = []
    for place, same in itertools.groupby(places, key=lambda p: (p.file, p.line, p.name)):
        repeated = list(same)
        blocks.append(_block(repeated[0], folder))
        if len(repeated) > 1:
            blocks.append(f"    [the same line {len(repeated) - 1} more times]")
        del place
    return blocks


def _block(place: _Place, folder: str) -> str:
    line, end_line, column, end_column = place.positions
    summary = traceback.FrameSummary(
        place.file,
        place.line,
        place.name,
        end_lineno=end_line if line == place.line else None,
        colno=column if line == place.line else None,
        end_colno=end_column if line == place.line else None,
    )
    text = "".join(traceback.StackSummary.from_list([summary]).format())
    code = text.rstrip("\n").split("\n")[1:]
    return "\n".join([header(place.file, place.line, place.name, folder), *code])
