"""What is installed, and what to say to those who want more."""

import difflib
import importlib.util
import pkgutil
import sys
from contextlib import suppress
from functools import cache

NO_NETWORK = "The sandbox has no network: nothing can be installed."
#: Names under which people know packages, and what they import.
ALIASES = {
    "sklearn": "scikit-learn",
    "cv2": "opencv-python",
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "docx": "python-docx",
    "yaml": "pyyaml",
    "xgboost": "xgboost-cpu",
}
#: Modules that people reach for and that are not here, with what is and does the like.
INSTEAD = {
    "polars": "pandas or duckdb",
    "dask": "duckdb or pyarrow",
    "pyspark": "duckdb",
    "modin": "pandas",
    "cv2": "PIL (Pillow)",
    "skimage": "PIL and scipy.ndimage",
    "torch": "sklearn, xgboost or lightgbm",
    "tensorflow": "sklearn, xgboost or lightgbm",
    "keras": "sklearn, xgboost or lightgbm",
    "catboost": "lightgbm or xgboost",
    "bokeh": "plotly or matplotlib",
    "altair": "plotly or matplotlib",
    "plotnine": "seaborn",
    "fitz": "pdfplumber or PyPDF2",
    "pymupdf": "pdfplumber or PyPDF2",
    "pypdf": "PyPDF2",
    "camelot": "pdfplumber",
    "tabula": "pdfplumber",
    "requests": "files: the sandbox has no network, so use the fetch_from_url tool",
    "httpx": "files: the sandbox has no network, so use the fetch_from_url tool",
    "aiohttp": "files: the sandbox has no network, so use the fetch_from_url tool",
    "yfinance": "files: the sandbox has no network, so use the fetch_from_url tool",
    "nest_asyncio": "a plain `await`: it works at a cell's top level",
    "pyxlsb": "openpyxl (xlsx) or xlrd (xls)",
    "prophet": "statsmodels",
    "pmdarima": "statsmodels",
    "geopandas": "pandas; there is no geometry library",
    "xlwt": "openpyxl or xlsxwriter",
    "ydata_profiling": "df.describe()",
}


@cache
def installed_modules() -> frozenset[str]:
    """Return the names that `import` finds beside the standard library and the session's own."""
    places = [path for path in sys.path if path.endswith("-packages")]
    names = (module.name for module in pkgutil.iter_modules(places))
    return frozenset(n for n in names if n.isidentifier() and not n.startswith("_"))


def near(name: str) -> list[str]:
    """Return at most 3 importable names that look like this one."""
    known = sorted(installed_modules() | set(sys.stdlib_module_names))
    lower = {k.lower(): k for k in reversed(known)}
    found = difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.7)
    return [lower[k] for k in found]


def missing(module: str) -> str:
    """Say what to do about a module that cannot be imported."""
    top = module.partition(".")[0]
    if sys.modules.get(top, sys) is None:
        return f"The code has set sys.modules[{top!r}] to None: del sys.modules[{top!r}]"
    if top in INSTEAD:
        return f"{top} is not installed; use {INSTEAD[top]}. {NO_NETWORK}"
    wanted = next((m for m, package in ALIASES.items() if package == top.replace("_", "-")), None)
    names = [wanted] if wanted and wanted in installed_modules() else near(top)
    if top in installed_modules() or top in sys.stdlib_module_names:
        return f"{top} is installed, but it has no part of this name. {NO_NETWORK}"
    if names:
        return f"{top} is not installed; near in name: {', '.join(names)}. {NO_NETWORK}"
    return f"{top} is not installed, and nothing near in name. {NO_NETWORK}"


def version_of(package: str) -> str:
    """Return the installed version of a package, or of a module; empty for none."""
    from importlib import metadata  # here, not above: a first cell would wait for it

    name = package.rstrip(".-")
    module = next((m for m, p in ALIASES.items() if p == name.lower()), name.replace("-", "_"))
    for known in (name, ALIASES.get(module, "")):
        with suppress(metadata.PackageNotFoundError, ValueError):
            return metadata.version(known)
    found = module.isidentifier() and importlib.util.find_spec(module) is not None
    return "any" if found else ""


def about(package: str) -> str:
    """Say which version of a package is installed, or what is there instead."""
    version = version_of(package)
    if version:
        named = f"version {version} is" if version != "any" else "is"
        return f"{package}: {named} installed already."
    return missing(package.replace("-", "_")).removesuffix(NO_NETWORK).rstrip()
