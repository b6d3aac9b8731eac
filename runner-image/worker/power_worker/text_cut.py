"""Text cut in its middle."""


def cut_middle(text: str, limit: int, head: float = 0.5) -> str:
    """Return text within limit characters and a mark; head is the share kept of its beginning."""
    if len(text) <= limit:
        return text
    first = int(limit * head)
    return f"{text[:first]}\n... [{len(text) - limit} characters cut] ...\n{text[first - limit :]}"
