"""Image.show() of Pillow: the picture becomes a chart, for there is no screen."""

from types import ModuleType
from typing import Any

from . import pictures
from .after_import import AfterImport
from .charts import Charts


def watch(imports: AfterImport, charts: Charts) -> None:
    """Register a viewer as soon as Pillow looks for one."""

    def register(module: ModuleType) -> None:
        class Viewer(module.Viewer):  # type: ignore[name-defined, misc]
            def show(self, image: Any, **_: Any) -> int:
                charts.add(pictures.encode(image), once=True)
                return 1

        module.register(Viewer(), 0)

    imports.add("PIL.ImageShow", register)
