"""plotly's figures: shown by fig.show(), as a value, or because they were saved to an image."""

import functools
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from .after_import import AfterImport
from .charts import Charts

#: Where the image keeps the outlines that maps are drawn from, if it has them.
TOPOJSON = Path("/opt/power-interpreter/topojson")
_RASTER = (".png", ".jpg", ".jpeg", ".webp")
_NO_MAP = "maps need base-map data from the network, and the sandbox has none"


class PlotlyCharts:
    """Shows each plotly figure of the running execution once."""

    def __init__(self, charts: Charts) -> None:
        self._charts = charts
        self._shown: dict[int, tuple[Any, int]] = {}  # with the hash of what was shown
        self._saved: dict[int, tuple[Any, Path | None]] = {}

    def watch(self, imports: AfterImport) -> None:
        """Take over showing as soon as plotly is imported, and kaleido's server."""
        imports.add("plotly.io", self._watch_io)
        imports.add("kaleido", _replace_server)

    def begin(self) -> None:
        """Start an execution."""
        self._shown.clear()
        self._saved.clear()

    def show(self, figure: Any, *_: Any, **__: Any) -> None:
        """Show a figure, whatever renderer is asked for."""
        self._saved.pop(id(figure), None)
        plotly_io = sys.modules["plotly.io"]
        try:
            data = plotly_io.to_image(figure, format="png", validate=False)
        except Exception as error:
            self._charts.fail("plotly chart", _explained(error))
            return
        if self._shown.get(id(figure), (None, 0))[1] != hash(data):
            self._shown[id(figure)] = (figure, hash(data))
            self._charts.add(data, _title(figure))

    def flush(self) -> None:
        """Show what was saved to an image and not shown."""
        for figure, path in list(self._saved.values()):
            if path is None or not self._charts.add_file(path, _title(figure)):
                self.show(figure)
        self.begin()

    def discard(self) -> None:
        """Forget what was saved."""
        self.begin()

    def _note(self, figure: Any, target: Any) -> None:
        if id(figure) in self._shown:
            return
        path = Path(os.fspath(target)).absolute() if isinstance(target, str | Path) else None
        picture = path if path is not None and path.suffix.lower() in _RASTER else None
        before = self._saved.get(id(figure))
        if before is None or picture is not None:
            self._saved[id(figure)] = (figure, picture)

    def _watch_io(self, module: ModuleType) -> None:
        module.renderers.default = "png"
        module.renderers.render_on_display = True
        if TOPOJSON.is_dir():
            module.defaults.topojson = f"{TOPOJSON.as_uri()}/"
        module.show = self.show
        write_image = module.write_image

        @functools.wraps(write_image)
        def write(fig: Any, file: Any, *args: Any, **kwargs: Any) -> None:
            write_image(fig, file, *args, **kwargs)
            self._note(fig, file)

        module.write_image = write


def _replace_server(module: ModuleType) -> None:
    from .browser import Browser

    module._global_server = Browser()


def _title(figure: Any) -> str:
    try:
        text = figure["layout"]["title"]["text"]
    except (KeyError, TypeError, AttributeError, IndexError):
        return ""
    return text if isinstance(text, str) else ""


def _explained(error: Exception) -> Exception:
    text = str(error)
    if "topojson" in text or "Map error" in text:
        return RuntimeError(_NO_MAP)
    return error
