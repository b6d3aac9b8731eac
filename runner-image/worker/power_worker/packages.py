"""What is installed, and what to say to those who want more."""

import difflib
import importlib.util
import pkgutil
import re
import shlex
import sys
from functools import cache
from importlib import metadata

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
_INSTALLER = re.compile(
    r"^\s*(?:sudo\s+)?(?:python[\d.]*\s+-m\s+)?(pip[\d.]*|conda|mamba|micromamba|uv|poetry"
    r"|apt|apt-get)\b(.*)$",
    re.DOTALL,
)
_INSTALLS = {"install", "add", "update", "upgrade"}
_REQUIREMENT = re.compile(r"^[A-Za-z][\w.-]*")


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
    if top in INSTEAD:
        return f"{top} is not installed; use {INSTEAD[top]}. {NO_NETWORK}"
    wanted = next((m for m, package in ALIASES.items() if package == top.replace("_", "-")), None)
    names = [wanted] if wanted and wanted in installed_modules() else near(top)
    if top in installed_modules():
        return f"{top} is installed, but it has no part of this name. {NO_NETWORK}"
    if names:
        return f"{top} is not installed; near in name: {', '.join(names)}. {NO_NETWORK}"
    return f"{top} is not installed, and nothing near in name. {NO_NETWORK}"


def answer(command: str) -> str:
    """Answer a shell command that would install something; empty for any other command."""
    match = _INSTALLER.match(command)
    if match is None:
        return ""
    try:
        words = shlex.split(match[2], comments=True)
    except ValueError:
        words = match[2].split()
    if match[1].startswith("pip") and words[:1] in (["list"], ["freeze"]):
        return installed()
    if not _INSTALLS & set(words[:2]):
        return ""
    rest = [w for w in words if w not in _INSTALLS and w != "pip" and _REQUIREMENT.match(w)]
    lines = [_about(_REQUIREMENT.match(w)[0]) for w in rest]  # type: ignore[index]
    return "\n".join([NO_NETWORK, *lines])


def installed() -> str:
    """List the installed packages as `pip freeze` does."""
    found = {f"{d.name}=={d.version}" for d in metadata.distributions() if d.name}
    return "\n".join(sorted(found, key=str.lower))


def magic(line: str) -> None:
    """Answer %pip, %conda and their like."""
    print(answer(f"pip {line}") or f"Here %pip knows install and list only. {NO_NETWORK}")


def _about(package: str) -> str:
    name = package.rstrip(".-")
    try:
        return f"{name}: version {metadata.version(name)} is installed already."
    except (metadata.PackageNotFoundError, ValueError):
        pass
    module = next((m for m, p in ALIASES.items() if p == name.lower()), name.replace("-", "_"))
    if module.isidentifier() and importlib.util.find_spec(module) is not None:
        return f"{name}: installed already (import {module})."
    return missing(module).removesuffix(NO_NETWORK).rstrip()
