"""matplotlib's figures: each one that a cell made is shown once.

A figure is shown when the cell shows it, when it is still open at the cell's end, and when it was
saved to an image file and then closed or cleared.
"""

import functools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from . import figure_image
from .after_import import AfterImport
from .charts import Charts

BACKEND = "module://power_worker.mpl_backend"
#: Formats of savefig that are pictures, the best one to show first.
_RASTER = ("png", "webp", "jpg", "jpeg", "tif", "tiff", "gif")
_FRAMES = ("raw", "rgba")  # what an animation's writer asks for


@dataclass
class _Saved:
    """A figure as a cell saved it: in a file that is a picture, or anywhere else."""

    figure: Any
    path: Path | None
    identity: tuple[int, int] | None  # of a picture: modification time and size
    rank: int


class Figures:
    """Follows the figures of the running execution."""

    def __init__(self, charts: Charts) -> None:
        self._charts = charts
        self._saved: dict[int, _Saved] = {}
        self._shown: dict[int, Any] = {}  # figures shown in this execution, kept alive by it
        self._paused = 0

    def watch(self, imports: AfterImport) -> None:
        """Follow matplotlib as soon as it is imported."""
        imports.add("matplotlib", _configure)
        imports.add("matplotlib.figure", self._watch_saving)
        imports.add("matplotlib.pyplot", self._watch_pyplot)
        imports.add("matplotlib.animation", self._watch_animation)

    def begin(self) -> None:
        """Start an execution."""
        self._saved.clear()
        self._shown.clear()

    def show(self, figure: Any) -> None:
        """Show a figure now, unless it was shown just so before."""
        saved = self._saved.pop(id(figure), None)
        if id(figure) in self._shown and not figure.stale:
            return
        if figure_image.is_blank(figure):
            return
        self._shown[id(figure)] = figure
        if saved is not None and not figure.stale and self._show_file(saved):
            return
        self._render(figure)

    def closed(self, figure: Any) -> None:
        """Show a figure that was saved and is now closed."""
        saved = self._saved.pop(id(figure), None)
        if saved is not None:
            self._show_saved(saved)

    def flush(self) -> None:
        """Show what is open or saved at the end of a cell, and close it."""
        for figure in _open_figures():
            saved = self._saved.get(id(figure))
            if saved is not None and figure.stale and not figure_image.has_content(figure):
                self._show_saved(self._saved.pop(id(figure)))  # cleared after it was saved
                continue
            if id(figure) in self._shown and not figure_image.has_content(figure):
                continue
            self.show(figure)
        for saved in list(self._saved.values()):
            self.closed(saved.figure)
        self.discard()

    def discard(self) -> None:
        """Close every figure and forget what was saved."""
        self._saved.clear()
        self._shown.clear()
        helpers = sys.modules.get("matplotlib._pylab_helpers")
        if helpers is not None and helpers.Gcf.figs:
            helpers.Gcf.destroy_all()

    def expected(self) -> bool:
        """Say whether this execution has shown, or will show, a figure."""
        return bool(self._shown or self._saved) or any(
            not figure_image.is_blank(figure) for figure in _open_figures()
        )

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take no notice of saving: the frames of an animation are no charts."""
        self._paused += 1
        try:
            yield
        finally:
            self._paused -= 1

    def _show_saved(self, saved: _Saved) -> None:
        self._shown[id(saved.figure)] = saved.figure
        if not self._show_file(saved):
            self._render(saved.figure)

    def _show_file(self, saved: _Saved) -> bool:
        if saved.path is None or saved.identity != _identity(saved.path):
            return False
        return self._charts.add_file(saved.path, figure_image.title(saved.figure))

    def _render(self, figure: Any) -> None:
        try:
            with self.paused():
                data = figure_image.render(figure)
            self._charts.add(data, figure_image.title(figure))
        except Exception as error:
            self._charts.fail("figure", error)
        figure.stale = False

    def _note(self, figure: Any, target: Any, kind: str | None, changed: bool) -> None:
        """Remember what was saved; an earlier picture that this one does not replace is shown."""
        if id(figure) in self._shown:
            if not changed:
                return
            del self._shown[id(figure)]  # what was shown is another picture
        path = Path(os.fspath(target)) if isinstance(target, str | os.PathLike) else None
        kind = (kind or (path.suffix[1:] if path else "") or "png").lower()
        if kind in _FRAMES:
            return
        if path is not None and not path.suffix:
            path = path.with_name(f"{path.name}.{kind}")
        path = path.absolute() if path else None
        rank = len(_RASTER) - _RASTER.index(kind) if path and kind in _RASTER else 0
        before = self._saved.get(id(figure))
        if before is not None and changed and before.path and path and before.path != path:
            self._show_saved(self._saved.pop(id(figure)))
            before = None
        if before is None or changed or rank > before.rank:
            identity = _identity(path) if rank and path else None
            self._saved[id(figure)] = _Saved(figure, path, identity, rank)
        figure.stale = False

    def _watch_saving(self, module: ModuleType) -> None:
        figures, original = self, module.Figure.savefig

        @functools.wraps(original)  # pyplot looks at its qualified name
        def savefig(figure: Any, fname: Any, *args: Any, **kwargs: Any) -> Any:
            changed = figure.stale
            with figures.paused():
                result = original(figure, fname, *args, **kwargs)
            if not figures._paused:
                figures._note(figure, fname, kwargs.get("format"), changed)
            return result

        module.Figure.savefig = savefig

    def _watch_pyplot(self, module: ModuleType) -> None:
        """Keep our backend: matplotlib.use("Agg") in a cell must not hide its figures."""
        from . import mpl_backend

        mpl_backend.owner = self
        original = module.switch_backend

        @functools.wraps(original)
        def switch_backend(_newbackend: str) -> None:
            original(BACKEND)

        module.switch_backend = switch_backend

    def _watch_animation(self, module: ModuleType) -> None:
        figures, original = self, module.Animation.save

        @functools.wraps(original)
        def save(animation: Any, *args: Any, **kwargs: Any) -> Any:
            with figures.paused():
                return original(animation, *args, **kwargs)

        module.Animation.save = save


def _configure(matplotlib: ModuleType) -> None:
    import logging

    matplotlib.rcParams["backend"] = BACKEND
    # A missing font is replaced (fonts.py); to say so for every text helps nobody.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def _open_figures() -> list[Any]:
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is None:
        return []
    return [manager.canvas.figure for manager in helpers.Gcf.get_all_fig_managers()]


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
