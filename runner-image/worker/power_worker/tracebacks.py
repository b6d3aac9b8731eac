"""What a cell raised, as the user's own code saw it."""

import traceback

from . import frames
from .limits import MAX_TRACEBACK
from .outcome import Failure
from .text_cut import cut_middle

#: Share of MAX_TRACEBACK that a message may take.
_MAX_MESSAGE = 8_000
#: Causes that are followed, exceptions of a group that are shown, and how deep groups nest.
_MAX_CHAIN = 8
_MAX_GROUP = 10
_MAX_DEPTH = 3
_CAUSE = "The above exception was the direct cause of the following exception:"
_CONTEXT = "During handling of the above exception, another exception occurred:"


def failure(error: BaseException, folder: str) -> Failure:
    """Describe an exception. Whatever is wrong with the exception itself, this does not raise."""
    name = type(error).__name__
    message = cut_middle(message_of(error), _MAX_MESSAGE)
    try:
        text = _chain(error, folder)
    except Exception as second:  # RecursionError, MemoryError, a broken attribute
        text = f"(no traceback: {type(second).__name__})"
    return Failure(name, message, cut_middle(text, MAX_TRACEBACK - len(message), head=0.25))


def message_of(error: BaseException) -> str:
    """Return an exception's message with its notes."""
    try:
        text = str(error.msg) if isinstance(error, SyntaxError) else str(error)
        notes = getattr(error, "__notes__", None) or ()
        return "\n".join([text, *(str(note) for note in notes)])
    except Exception as broken:
        return f"<its message cannot be had: {type(broken).__name__}>"


def _chain(error: BaseException, folder: str) -> str:
    blocks = [_one(error, folder)]
    seen = {id(error)}
    for _ in range(_MAX_CHAIN):
        if error.__cause__ is not None:
            earlier, link = error.__cause__, _CAUSE
        elif error.__context__ is not None and not error.__suppress_context__:
            earlier, link = error.__context__, _CONTEXT
        else:
            break
        if id(earlier) in seen:
            break
        seen.add(id(earlier))
        body = _one(earlier, folder)
        if body or _title(earlier) != _title(error):  # else a library's, raised once more
            blocks.insert(0, f"{_lines(body, _title(earlier))}\n\n{link}\n")
        error = earlier
    return "\n".join(blocks)


def _title(error: BaseException) -> str:
    """Return an exception's name and message, as below a traceback."""
    return f"{type(error).__name__}: {message_of(error)}".removesuffix(": ")


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _one(error: BaseException, folder: str, depth: int = 0) -> str:
    parts = [frames.describe(error.__traceback__, folder)]
    if isinstance(error, SyntaxError):
        parts.append(_syntax(error, folder))
    if isinstance(error, BaseExceptionGroup) and depth < _MAX_DEPTH:
        parts += _members(error, folder, depth)
    return _lines(*parts)


def _members(group: BaseExceptionGroup[BaseException], folder: str, depth: int) -> list[str]:
    count = len(group.exceptions)
    parts = []
    for number, member in enumerate(group.exceptions[:_MAX_GROUP], 1):
        text = _lines(_one(member, folder, depth + 1), _title(member))
        indented = "\n".join("    " + line for line in text.split("\n"))
        parts.append(f"  exception {number} of {count}:\n{indented}")
    if count > _MAX_GROUP:
        parts.append(f"  ... [{count - _MAX_GROUP} more]")
    return parts


def _syntax(error: SyntaxError, folder: str) -> str:
    """Show the line and the mark below it."""
    if error.filename is None or error.lineno is None:
        return ""
    lines = list(traceback.TracebackException(SyntaxError, error, None).format_exception_only())
    text = "".join(lines[:-1]).rstrip("\n").split("\n")
    return "\n".join([frames.header(error.filename, error.lineno, "", folder), *text[1:]])
