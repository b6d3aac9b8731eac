"""What to do about a name that does not exist: which ones there are, and what is near."""

import builtins
import difflib
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from . import packages
from .text_cut import listed

#: Columns and labels that are looked at.
_MAX_LABELS = 2000
_IMPORTS = {
    "pd": "import pandas as pd",
    "np": "import numpy as np",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
    "px": "import plotly.express as px",
    "go": "import plotly.graph_objects as go",
    "sm": "import statsmodels.api as sm",
    "smf": "import statsmodels.formula.api as smf",
    "stats": "from scipy import stats",
    "sp": "import sympy as sp",
    "xgb": "import xgboost as xgb",
    "lgb": "import lightgbm as lgb",
    "pg": "import pingouin as pg",
    "pa": "import pyarrow as pa",
    "mpl": "import matplotlib as mpl",
    "dt": "import datetime as dt",
    "Path": "from pathlib import Path",
    "datetime": "from datetime import datetime",
    "timedelta": "from datetime import timedelta",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "BytesIO": "from io import BytesIO",
    "StringIO": "from io import StringIO",
}


def near(name: object, known: Iterable[object], cutoff: float = 0.6) -> list[str]:
    """Return at most 5 of the known names that look like this one, best first."""
    by_fold: dict[str, str] = {}
    for candidate in known:
        by_fold.setdefault(str(candidate).casefold(), str(candidate))
    found = difflib.get_close_matches(str(name).casefold(), by_fold, n=5, cutoff=cutoff)
    return [by_fold[fold] for fold in found]


def quoted(names: Iterable[object], limit: int = 12) -> str:
    """Return names as code would have them, with how many more there are."""
    return listed([repr(n) if isinstance(n, str) else str(n) for n in names], limit)


def imported(error: ImportError) -> str:
    """Name what a module has that is near to what was asked of it."""
    name = getattr(error, "name_from", None)
    module = sys.modules.get(error.name or "")
    found = near(name, dir(module)) if name and module else []
    return f"{error.name} has: {', '.join(found)}" if found else ""


def variable(error: NameError, namespace: dict[str, Any]) -> str:
    """Name variables that are near, or the import that is missing."""
    name = error.name or ""
    if name in _IMPORTS:
        return f"Missing import: {_IMPORTS[name]}"
    known = [n for n in namespace if not n.startswith("_")] + dir(builtins)
    found = near(name, known, 0.7)
    if found:
        return f"Near in name: {', '.join(found)}"
    if name in packages.installed_modules() or name in sys.stdlib_module_names:
        return f"Missing import: import {name}"
    return ""


def column(error: KeyError) -> str:
    """Name the columns of a DataFrame, or the labels of a Series, that lacks one."""
    frame = _pandas_self(error.__traceback__)
    if frame is None:
        return ""
    columns = list(frame.columns) if hasattr(frame, "columns") else list(frame.index[:_MAX_LABELS])
    what = "Columns" if hasattr(frame, "columns") else "Index"
    found = near(error.args[0] if error.args else "", columns)
    if found:
        return f"Near in name: {quoted(found)}"
    return f"{what}: {quoted(columns)}" if columns else ""


def _pandas_self(tb: TracebackType | None) -> Any:
    """Return the DataFrame or Series whose indexing failed."""
    pandas = sys.modules.get("pandas")
    found = None
    while tb is not None and pandas is not None:
        owner = tb.tb_frame.f_locals.get("self")
        if isinstance(owner, pandas.DataFrame | pandas.Series):
            found = owner
        tb = tb.tb_next
    return found


def attribute(error: AttributeError) -> str:
    """Name attributes that are near."""
    if not error.name or error.obj is None:
        return ""
    known = [n for n in dir(error.obj) if not n.startswith("_")]
    if hasattr(error.obj, "columns"):
        known += [str(c) for c in error.obj.columns[:_MAX_LABELS]]
    found = near(error.name, known)
    return f"Near in name: {', '.join(found)}" if found else ""
