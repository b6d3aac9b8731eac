"""What a kernel works with. The zygote builds it once, so that a fork has it at no cost."""

from . import display_options, thread_pools
from .after_import import AfterImport
from .cell import Cells
from .charts import Charts
from .figures import Figures
from .formatter import Formatter
from .guard import Guard, refuse_passwords
from .last_values import LastValues
from .main_module import new_main, teach_spawn
from .needs import Needs
from .plotly_charts import PlotlyCharts
from .shell import new_shell
from .show_images import watch as watch_images
from .values import Values


class Bench:
    """The shell, its namespace, and the hooks on libraries."""

    def __init__(self) -> None:
        self.imports = AfterImport()
        self.imports.install()
        self.charts = Charts()
        self.figures = Figures(self.charts)
        self.plotly = PlotlyCharts(self.charts)
        self.main = new_main()
        self.shell = new_shell(self.main)
        self.namespace = self.shell.user_ns
        self.needs = Needs(self.namespace)
        self.guard = Guard()
        self.cells = Cells(self.shell, self.needs)
        self.last_values = LastValues(self.namespace)
        self.values = self._values()
        self._watch()

    def _values(self) -> Values:
        formatter = Formatter(parent=self.shell)
        formatter.figures = self.figures
        self.shell.display_formatter = formatter
        values = Values(formatter, self.charts, self.figures)
        self.shell.display_pub.sink = values.publish
        self.shell.displayhook.show = values.show
        return values

    def _watch(self) -> None:
        display_options.watch(self.imports)
        thread_pools.watch(self.imports, self.needs)
        self.figures.watch(self.imports)
        self.plotly.watch(self.imports)
        watch_images(self.imports, self.charts)
        self.imports.add("multiprocessing.spawn", teach_spawn)
        self.imports.add("getpass", refuse_passwords)
