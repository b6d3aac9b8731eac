"""The library stack: all of it, as locked, and whole after trimming."""

import importlib
import re
import subprocess
import sys
from importlib.metadata import distributions, version
from pathlib import Path

import pytest
from image_files import SITE

IMPORTED = [
    *("pandas", "numpy", "scipy", "sklearn", "xgboost", "lightgbm", "matplotlib", "seaborn"),
    *("plotly", "kaleido", "statsmodels", "pingouin", "sympy", "openpyxl", "xlsxwriter", "xlrd"),
    *("pyarrow", "fastparquet", "duckdb", "pdfplumber", "PyPDF2", "docx", "bs4", "lxml", "PIL"),
    *("rich", "tabulate", "tqdm", "tenacity", "sqlalchemy", "jinja2", "IPython"),
]
# They look for a program or a library by name, or load parts only when these are used.
PARTS = [
    *("pyarrow.dataset", "pyarrow.parquet", "pyarrow.fs", "pyarrow.compute", "pyarrow.orc"),
    *("scipy.stats", "scipy.optimize", "scipy.signal", "sklearn.ensemble", "statsmodels.api"),
    *("statsmodels.tsa.api", "plotly.express", "plotly.figure_factory", "sympy.physics.units"),
    *(
        "matplotlib.backends.backend_pdf",
        "matplotlib.backends.backend_svg",
        "pandas.io.formats.style",
    ),
]


def locked() -> dict[str, str]:
    """Return the lock file's versions by normalised name."""
    lines = Path("/src/requirements.txt").read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lines, re.MULTILINE))


@pytest.mark.parametrize("module", IMPORTED + PARTS)
def test_a_library_imports(module: str) -> None:
    importlib.import_module(module)


def test_every_locked_package_has_its_version() -> None:
    only_fonts = {"manimgx-fonts"}
    wrong = {
        name: version(name)
        for name in locked()
        if name not in only_fonts and version(name) != locked()[name]
    }
    assert wrong == {}


def test_every_installed_package_is_locked() -> None:
    names = {re.sub(r"[-_.]+", "-", d.name).lower() for d in distributions(path=[str(SITE)])}
    assert names <= set(locked())


def test_records_name_only_files_that_are_there() -> None:
    missing = [
        str(file)
        for distribution in distributions(path=[str(SITE)])
        for file in distribution.files or []
        if not file.locate().exists()
    ]
    assert missing == []


def test_libraries_of_every_compiled_module_are_there() -> None:
    modules = [str(p) for p in SITE.rglob("*.so*") if p.is_file()]
    told = subprocess.run(["ldd", *modules], capture_output=True, text=True, check=False).stdout
    assert "not found" not in told


def test_imports_compile_nothing() -> None:
    code = (
        "import pandas, sklearn.ensemble, matplotlib.pyplot, plotly.express, IPython, power_worker"
    )
    told = subprocess.run(
        [sys.executable, "-v", "-c", code], capture_output=True, text=True, check=True
    )
    assert re.findall(r"code object from '.*\.py'", told.stderr) == []


def test_worker_is_found_without_an_environment() -> None:
    code = "import power_worker; print(power_worker.__file__)"
    told = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, env={}
    )
    assert told.stdout.startswith("/opt/power-interpreter/worker/power_worker/")
