"""What display(x) and a last value become."""

import functools
import sys
from typing import Any

from IPython.core.formatters import DisplayFormatter

from . import frames
from .animations import frame_of
from .chart_names import is_figure
from .figures import Figures
from .leaf_text import leaf_text
from .limits import MAX_PRINTED_VALUE
from .pictures import encode
from .pretty_text import CONTAINERS, Pretty
from .representations import BARE, Shown, reduce
from .table_text import table_text

#: Types whose text needs no look at their display methods.
_PLAIN = CONTAINERS | {int, float, bool, complex, str, bytes, bytearray, type(None)}

#: Libraries whose text says all that their pictures do, which are slow to draw.
_TEXT_FIRST = ("sympy.",)


class Formatter(DisplayFormatter):
    """IPython's formatter, which gives each object one representation: text or pictures."""

    figures: Figures

    def format(self, obj: Any, *_: Any, **__: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a bundle; an empty one for what has shown itself."""
        return self.shown(obj).bundle(), {}

    def shown(self, obj: Any) -> Shown:
        """Return what is shown of an object; what its own methods raise comes out."""
        try:
            return self._shown(obj)
        except Exception as error:
            if frames.describe(error.__traceback__, ""):
                raise  # code of the user's: nothing else is wrong
            return Shown(repr(obj)[:MAX_PRINTED_VALUE])

    def reduced(self, bundle: dict[str, Any]) -> Shown:
        """Return what is shown of a bundle that a library or a cell has put together."""
        return reduce(bundle, lambda _: None, str)

    def text(self, obj: Any) -> str:
        """Return an object's text, bounded."""
        leaf = leaf_text(self.formatters["text/plain"])
        return Pretty(leaf, MAX_PRINTED_VALUE).text(obj)

    def _shown(self, obj: Any) -> Shown:
        if type(obj) in _PLAIN or str(type(obj).__module__).startswith(_TEXT_FIRST):
            return Shown(self.text(obj))
        if self.ipython_display_formatter(obj):
            return Shown()
        figure = obj if is_figure(obj) else frame_of(obj)
        if figure is not None:
            self.figures.show(figure)
            return Shown()
        if _is_image(obj):
            return Shown(pictures=[encode(obj)])
        table = table_text(obj)
        if table:
            return Shown(table)
        return reduce(
            self._bundle(obj), functools.partial(self._by, obj=obj), lambda: self._text(obj)
        )

    def _by(self, kind: str, obj: Any) -> Any:
        """Ask an object for one representation; one that fails is one it does not have."""
        try:
            return self.formatters[kind](obj) if kind in self.formatters else None
        except Exception:
            return None

    def _bundle(self, obj: Any) -> dict[str, Any]:
        try:
            bundle = self.mimebundle_formatter(obj, include=None, exclude=None)
        except Exception:
            return {}
        if isinstance(bundle, tuple):
            bundle = bundle[0]
        return bundle if isinstance(bundle, dict) else {}

    def _text(self, obj: Any) -> str:
        """Return the pretty printer's text, or str's where that one only names the class."""
        text = self.text(obj)
        if BARE.fullmatch(text) and type(obj).__str__ is not object.__str__:
            said = str(obj)[:MAX_PRINTED_VALUE]
            return text if BARE.fullmatch(said) else said
        return text


def _is_image(obj: Any) -> bool:
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(obj, module.Image)
