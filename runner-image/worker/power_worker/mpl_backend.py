"""matplotlib's backend in a kernel: figures are drawn by Agg and shown by power_worker.figures."""

from typing import TYPE_CHECKING, Any

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

if TYPE_CHECKING:
    from .figures import Figures

#: The kernel's figures; set by Figures when pyplot is imported.
owner: "Figures | None" = None


class FigureManagerPower(FigureManagerBase):
    """Tells when a figure is shown or closed."""

    def show(self) -> None:
        """Show this one figure, for fig.show()."""
        if owner is not None:
            owner.show(self.canvas.figure)

    def destroy(self) -> None:
        """Close this one figure."""
        if owner is not None:
            owner.closed(self.canvas.figure)
        super().destroy()

    @classmethod
    def pyplot_show(cls, **_: Any) -> None:
        """Show and close every open figure, for plt.show()."""
        if owner is not None:
            for manager in Gcf.get_all_fig_managers():
                owner.show(manager.canvas.figure)
        Gcf.destroy_all()


class FigureCanvasPower(FigureCanvasAgg):
    """Draws when somebody looks, and not before."""

    manager_class = FigureManagerPower

    def draw_idle(self, *_: Any, **__: Any) -> None:
        """Do nothing: nobody watches between two drawings."""


FigureCanvas = FigureCanvasPower
FigureManager = FigureManagerPower
