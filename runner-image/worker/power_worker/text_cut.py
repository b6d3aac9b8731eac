"""Text and lists within bounds."""

from collections.abc import Sequence


def cut_middle(text: str, limit: int, head: float = 0.5) -> str:
    """Return text within limit characters and a mark; head is the share kept of its beginning."""
    if len(text) <= limit:
        return text
    first = int(limit * head)
    return f"{text[:first]}\n... [{len(text) - limit} characters cut] ...\n{text[first - limit :]}"


def listed(names: Sequence[str], limit: int = 12) -> str:
    """Return names in one line, with how many more there are."""
    more = f", and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
