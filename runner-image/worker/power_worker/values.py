"""Values as an agent sees them: printed, or sent as charts."""

from typing import Any

from .chart_names import names_chart
from .charts import Charts
from .figures import Figures
from .formatter import Formatter
from .leaf_text import brief_text
from .pictures import PictureError
from .representations import BARE, SHOWN, Shown


class Values:
    """Shows values: prints their text, sends their pictures."""

    def __init__(self, formatter: Formatter, charts: Charts, figures: Figures) -> None:
        self._formatter = formatter
        self._charts = charts
        self._figures = figures

    def last(self, value: Any) -> str:
        """Return a last value's text; empty for one that became a chart, or names one."""
        if value is None:
            return ""
        brief = brief_text(value)
        if brief is not None:
            return brief
        charted = self._figures.expected()
        if charted and names_chart(value):
            return ""
        shown = self._formatter.shown(value)
        text = self._pictured(shown)
        return "" if charted and BARE.fullmatch(text) else text

    def publish(self, bundle: dict[str, Any], _metadata: dict[str, Any]) -> None:
        """Show a MIME bundle now: its pictures as charts, its text on stdout."""
        shown = bundle.get(SHOWN)
        text = self._pictured(shown or self._formatter.reduced(bundle))
        if text:
            print(text)

    def show(self, value: Any) -> None:
        """Show a value now."""
        bundle, _ = self._formatter.format(value)
        if bundle:
            self.publish(bundle, {})

    def _pictured(self, shown: Shown) -> str:
        """Send the pictures, and return the text with what is to be said of broken ones."""
        parts = [shown.text]
        twice = shown.animated and self._figures.expected()
        for data in () if twice else shown.pictures:
            try:
                self._charts.add(data, once=True)
            except PictureError as error:
                parts.append(f"[picture not shown: {error}]")
            except Exception as error:
                parts.append(f"[picture not shown: {type(error).__name__}: {error}]")
        return "\n".join(part for part in parts if part)
