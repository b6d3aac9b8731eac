"""The library stack, in the order in which kernels are likely to want it."""

import importlib
import io
import sys
from collections.abc import Iterator

MODULES = (
    "numpy",
    "pandas",
    "matplotlib",
    "matplotlib.pyplot",
    "pyarrow.parquet",
    "duckdb",
    "openpyxl",
    "plotly.io",
    "plotly.graph_objects",
    "plotly.express",
    "kaleido",
    "seaborn",
    "scipy",
    "scipy.stats",
    "sklearn",
    "sklearn.linear_model",
    "sklearn.ensemble",
    "sklearn.model_selection",
    "sklearn.preprocessing",
    "sklearn.metrics",
    "sklearn.cluster",
    "statsmodels.api",
    "statsmodels.formula.api",
    "xgboost",
    "lightgbm",
    "sympy",
    "pingouin",
    "bs4",
    "lxml.html",
    "PIL.ImageDraw",
    "PIL.ImageShow",
    "rich.console",
    "rich.table",
    "tabulate",
    "tqdm.auto",
    "tenacity",
    "sqlalchemy",
    "xlsxwriter",
    "xlrd",
    "fastparquet",
    "pdfplumber",
    "PyPDF2",
    "docx",
    "cloudpickle",
    "joblib",
    "multiprocessing.pool",
    "concurrent.futures.process",
    "power_worker.data.loader",
    "power_worker.browser",
)


def import_stack() -> Iterator[str]:
    """Import the stack, stopping before each module; one that fails costs only itself.

    Before the first too: a sandbox is started for the kernel that has been asked for by then.
    """
    for name in MODULES:
        yield name
        try:
            importlib.import_module(name)
        except Exception as error:
            print(f"import of {name} failed: {type(error).__name__}: {error}", file=sys.stderr)
    yield ""
    _rehearse()
    yield ""


def _rehearse() -> None:
    """Do once what is slow the first time, and starts no thread: print a table, draw a figure."""
    try:
        import matplotlib.pyplot as plt
        import pandas as pd

        repr(pd.DataFrame({"x": [1.5], "y": ["text"]}))
        figure, axes = plt.subplots()
        axes.plot([1, 2], label="x")
        axes.set_title("x")
        axes.legend()
        figure.savefig(io.BytesIO(), format="png")
        plt.close(figure)
    except Exception as error:
        print(f"rehearsal failed: {type(error).__name__}: {error}", file=sys.stderr)
