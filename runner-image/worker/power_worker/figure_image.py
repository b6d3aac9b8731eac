"""One matplotlib figure: what it shows, and its picture."""

import io
import math
import sys
import warnings
from typing import Any

#: Pixels of a full-size picture: a figure of 3 m at 300 dpi would take gigabytes to draw.
MAX_PIXELS = 40_000_000
#: Inches of a side that "tight" may add or a figure may have, before it is drawn smaller.
_MAX_SIDE_PIXELS = 30_000


def render(figure: Any) -> bytes:
    """Draw a figure as PNG, as a notebook would: nothing at its borders is cut off.

    Warnings of the drawing go to stderr without a place in our own code.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        data = _draw(figure)
    for text in dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in caught):
        print(text, file=sys.stderr)
    return data


def title(figure: Any) -> str:
    """Return the figure's title, or those of its axes."""
    try:
        whole = figure.get_suptitle()
        parts = [whole] if whole else [axes.get_title() for axes in figure.get_axes()]
        return "; ".join(dict.fromkeys(p.strip() for p in parts if p.strip()))
    except Exception:
        return ""


def is_blank(figure: Any) -> bool:
    """Say whether a figure has nothing at all, as after plt.figure() or plt.clf()."""
    return not figure.get_axes() and not _loose_artists(figure)


def has_content(figure: Any) -> bool:
    """Say whether anything was drawn into a figure, beyond empty axes."""
    if _loose_artists(figure):
        return True
    return any(axes.has_data() or axes.texts or axes.tables for axes in figure.get_axes())


def _loose_artists(figure: Any) -> bool:
    lists = (figure.texts, figure.images, figure.lines, figure.patches, figure.legends)
    return any(lists) or any(_loose_artists(sub) for sub in figure.subfigs)


def _draw(figure: Any) -> bytes:
    width, height = figure.get_size_inches()
    dpi = figure.dpi
    largest = max(width, height) * dpi
    if width * height * dpi**2 > MAX_PIXELS or largest > _MAX_SIDE_PIXELS:
        dpi = min(math.sqrt(MAX_PIXELS / (width * height)), _MAX_SIDE_PIXELS / max(width, height))
    buffer = io.BytesIO()
    figure.canvas.print_figure(
        buffer,
        format="png",
        dpi=dpi,
        facecolor=figure.get_facecolor(),
        edgecolor=figure.get_edgecolor(),
        bbox_inches="tight" if _tight_is_sane(figure, dpi) else None,
    )
    return buffer.getvalue()


def _tight_is_sane(figure: Any, dpi: float) -> bool:
    """Say whether a tight box is near the figure: a text far outside would make it huge."""
    try:
        box = figure.get_tightbbox(figure.canvas.get_renderer())
        return box.width * box.height * dpi**2 <= MAX_PIXELS
    except Exception:
        return True
