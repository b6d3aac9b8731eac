"""matplotlib's animations reduced to one frame."""

import sys
from contextlib import suppress
from itertools import islice
from typing import Any

#: Frames looked at: the one in their middle is shown, for the first is often empty.
_MAX_FRAMES = 100


def frame_of(obj: Any) -> Any:
    """Return an animation's figure with one frame drawn into it, None for anything else."""
    module = sys.modules.get("matplotlib.animation")
    if module is None or not isinstance(obj, module.Animation):
        return None
    with suppress(Exception):  # then the figure is shown as it is
        frames = list(islice(obj.new_saved_frame_seq(), _MAX_FRAMES))
        obj._init_draw()
        obj._draw_frame(frames[len(frames) // 2])
        obj._draw_was_started = True  # else it complains, later, that nobody has looked at it
    return obj._fig
