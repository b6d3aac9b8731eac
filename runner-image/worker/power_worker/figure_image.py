"""One matplotlib figure: what it shows, and its picture."""

import io
import math
import sys
import warnings
from typing import Any

#: Pixels of a full-size picture: a figure of 3 m at 300 dpi would take gigabytes to draw.
MAX_PIXELS = 40_000_000
#: Pixels of a full-size picture's side: matplotlib's own bound is 2^16.
MAX_SIDE = 30_000

#: Inches around a tight box, as matplotlib's savefig.pad_inches.
_PAD = 0.1


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
    dpi = figure.dpi
    figure.dpi = _bounded_dpi(figure)  # before any renderer is made: it allocates every pixel
    buffer = io.BytesIO()
    try:
        figure.canvas.print_figure(
            buffer,
            format="png",
            dpi=figure.dpi,
            facecolor=figure.get_facecolor(),
            edgecolor=figure.get_edgecolor(),
            bbox_inches=_tight_box(figure),
        )
    finally:
        figure.dpi = dpi
    return buffer.getvalue()


def _bounded_dpi(figure: Any) -> float:
    width, height = figure.get_size_inches()
    whole = math.sqrt(MAX_PIXELS / max(width * height, 1e-9))
    return min(figure.dpi, whole, MAX_SIDE / max(width, height, 1e-9))


def _tight_box(figure: Any) -> Any:
    """Return the box around all that is drawn, None where it is no use.

    Computed here and not by "tight", which would lay the figure out once more, and would take a
    text far outside for a reason to draw gigabytes.
    """
    try:
        if figure.get_layout_engine() is not None:
            figure.draw_without_rendering()  # a layout engine moves things at drawing only
        box = figure.get_tightbbox(figure.canvas.get_renderer())
        whole = box.width * box.height * figure.dpi**2
        return box.padded(_PAD) if 0 < whole <= MAX_PIXELS else None
    except Exception:
        return None
