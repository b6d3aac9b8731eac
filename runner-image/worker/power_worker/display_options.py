"""How libraries print tables and arrays: for a reader of plain text who cannot scroll."""

from types import ModuleType

from .after_import import AfterImport

_TABLES = {
    "display.max_rows": 60,  # a longer table shows its first and last 10 rows
    "display.min_rows": 20,
    "display.max_columns": 50,
    "display.max_colwidth": 100,
    "display.width": 10_000,  # rows are not broken: a broken table is hard to read
    "display.show_dimensions": True,
}


def watch(imports: AfterImport) -> None:
    """Set the options of libraries when they are imported."""
    imports.add("pandas", _pandas)
    imports.add("numpy", _numpy)


def chosen(pandas: ModuleType) -> bool:
    """Say whether a cell has chosen for itself how much of a table shows."""
    return any(pandas.get_option(option) != value for option, value in _TABLES.items())


def _pandas(pandas: ModuleType) -> None:
    for option, value in _TABLES.items():
        pandas.set_option(option, value)


def _numpy(numpy: ModuleType) -> None:
    numpy.set_printoptions(linewidth=120)
