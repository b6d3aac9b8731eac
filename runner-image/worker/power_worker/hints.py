"""What to do next, where an exception lets one know."""

import builtins
import difflib
import errno
import os
import socket
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from . import packages

#: Names in a hint; entries of the session's folder that are looked at, and how deep.
_MAX_NAMES = 12
_MAX_FILES = 2000
_MAX_DEPTH = 4
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
_FETCH = (
    "The sandbox has no network. fetch_from_url downloads a file into the session's folder, "
    "and code can read it there."
)
_NETWORK_ERRORS = ("URLError", "HTTPError", "ConnectionError", "ConnectTimeout", "ConnectError")


def hint(error: BaseException, namespace: dict[str, Any], folder: Path) -> str:
    """Return what to do next, empty where it is not known. It never raises."""
    try:
        return _hint(error, namespace, folder)
    except Exception:
        return ""


def _hint(error: BaseException, namespace: dict[str, Any], folder: Path) -> str:  # noqa: PLR0911  one line a kind
    if isinstance(error, ModuleNotFoundError) and error.name:
        return packages.missing(error.name)
    if isinstance(error, ImportError):
        return _import(error)
    if isinstance(error, FileNotFoundError):
        return _file(error, folder)
    if isinstance(error, NameError):
        return _name(error, namespace)
    if isinstance(error, KeyError):
        return _column(error)
    if isinstance(error, AttributeError):
        return _attribute(error)
    if isinstance(error, MemoryError):
        return (
            "Work on parts: fewer columns, chunks, smaller types, or query_dataset over the file."
        )
    if any(_is_network(e) for e in _chain(error)):
        return _FETCH
    return _system(error)


def near(name: object, known: Iterable[object], cutoff: float = 0.6) -> list[str]:
    """Return at most 5 of the known names that look like this one, best first."""
    by_fold: dict[str, str] = {}
    for candidate in known:
        by_fold.setdefault(str(candidate).casefold(), str(candidate))
    found = difflib.get_close_matches(str(name).casefold(), by_fold, n=5, cutoff=cutoff)
    return [by_fold[fold] for fold in found]


def listed(names: Iterable[object], limit: int = _MAX_NAMES) -> str:
    """Return names in one line, with how many more there are."""
    every = [repr(name) if isinstance(name, str) else str(name) for name in names]
    more = f", and {len(every) - limit} more" if len(every) > limit else ""
    return ", ".join(every[:limit]) + more


def _import(error: ImportError) -> str:
    name = getattr(error, "name_from", None)
    module = sys.modules.get(error.name or "")
    found = near(name, dir(module)) if name and module else []
    return f"{error.name} has: {', '.join(found)}" if found else ""


def _file(error: FileNotFoundError, folder: Path) -> str:
    if not isinstance(error.filename, str | os.PathLike):
        return ""
    wanted = Path(error.filename)
    if wanted.name in ("pip", "pip3", "conda", "uv"):
        return packages.NO_NETWORK
    files = list(walk(folder))
    found = [path for path in files if Path(path).name == wanted.name]
    found += [path for path in near(wanted.name, files, 0.5) if path not in found]
    if found:
        return f"Near in name in the session's folder: {listed(found, 5)}"
    return (
        f"The session's folder has: {listed(files)}" if files else "The session has no files yet."
    )


def walk(folder: Path) -> Iterator[str]:
    """Walk the session's folder as far as its bounds, the names relative to it."""
    seen = 0
    for directory, names, files in os.walk(folder):
        inside = Path(directory).relative_to(folder)
        if len(inside.parts) >= _MAX_DEPTH:
            names.clear()
        names[:] = sorted(n for n in names if not n.startswith("."))
        for file in sorted(files):
            seen += 1
            if seen > _MAX_FILES:
                return
            yield str(inside / file)


def _name(error: NameError, namespace: dict[str, Any]) -> str:
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


def _column(error: KeyError) -> str:
    frame = _pandas_self(error.__traceback__)
    if frame is None:
        return ""
    columns = list(frame.columns) if hasattr(frame, "columns") else list(frame.index[:2000])
    what = "Columns" if hasattr(frame, "columns") else "Index"
    found = near(error.args[0] if error.args else "", columns)
    if found:
        return f"Near in name: {listed(found)}"
    return f"{what}: {listed(columns)}"


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


def _attribute(error: AttributeError) -> str:
    if not error.name or error.obj is None:
        return ""
    known = [n for n in dir(error.obj) if not n.startswith("_")]
    if hasattr(error.obj, "columns"):
        known += [str(c) for c in error.obj.columns[:2000]]
    found = near(error.name, known)
    return f"Near in name: {', '.join(found)}" if found else ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(8):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _is_network(error: BaseException) -> bool:
    if isinstance(error, socket.gaierror):
        return True
    if type(error).__name__ in _NETWORK_ERRORS:
        return True
    return isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH)


def _system(error: BaseException) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT):
        return "The disk's limit is reached: delete files of the session or of /tmp."
    if number == errno.EROFS or (number == errno.EACCES and isinstance(error, PermissionError)):
        return "Only the session's folder and /tmp can be written."
    if number == errno.EAGAIN or "can't start new thread" in str(error):
        return "The limit of processes and threads is reached: start fewer."
    if number == errno.EFBIG:
        return "The file is larger than the session may write."
    return ""
