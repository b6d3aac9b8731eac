"""What must be in the environment before the interpreter, or a library, starts."""

import math
import os
import shutil
import sys
from contextlib import suppress

#: Where the image keeps matplotlib's prebuilt font cache.
FONT_CACHE = "/opt/power-interpreter/mplcache"
#: Programs that kaleido can drive, best first; it looks for none of these names by itself.
BROWSERS = ("/usr/lib/chromium/chromium-headless-shell", "/usr/bin/chromium-headless-shell")
#: Thread pools that read their size from the environment when they are loaded.
POOLS = (
    "PYTHON_CPU_COUNT",  # os.cpu_count, and so multiprocessing.Pool and ThreadPoolExecutor
    "OMP_NUM_THREADS",  # OpenMP: scikit-learn, xgboost, lightgbm; pyarrow looks here too
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_MAX_THREADS",
    "LOKY_MAX_CPU_COUNT",
)
#: Plain text without colours, wide enough for tables; pip fails at once instead of retrying.
DEFAULTS = {
    "COLUMNS": "120",
    "LINES": "50",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "PYTHONIOENCODING": "utf-8",
    "MPLBACKEND": "agg",  # of child processes; a kernel shows its figures itself
    "TQDM_MININTERVAL": "1",
    "PIP_NO_INDEX": "1",
    "PIP_RETRIES": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
_PREPARED = "POWER_WORKER_PREPARED"


def cpus() -> int:
    """Return the processors that this sandbox may use, at least 1 (POWER_CPUS)."""
    try:
        return max(1, math.ceil(float(os.environ["POWER_CPUS"])))
    except (KeyError, ValueError, OverflowError):
        return os.cpu_count() or 1


def browser() -> str | None:
    """Return the browser's program, None where there is none."""
    return next((path for path in BROWSERS if os.access(path, os.X_OK)), None)


def settings() -> dict[str, str]:
    """Return the variables that are missing from the environment, with their values."""
    wanted = dict.fromkeys(POOLS, str(cpus())) if "POWER_CPUS" in os.environ else {}
    wanted |= DEFAULTS
    program = browser()
    if program:
        wanted["BROWSER_PATH"] = program
    return {name: value for name, value in wanted.items() if name not in os.environ}


def prepare() -> None:
    """Set the environment, starting the interpreter anew where it reads it only at its start."""
    missing = settings()
    os.environ.update(missing)
    if "PYTHON_CPU_COUNT" in missing and _PREPARED not in os.environ:
        os.environ[_PREPARED] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    os.environ.pop(_PREPARED, None)
    with suppress(OSError):
        os.makedirs(os.environ.get("HOME", "/tmp/home"), exist_ok=True)
    copy_font_cache()


def copy_font_cache() -> None:
    """Give matplotlib its font cache: building one takes seconds. Best effort."""
    target = os.environ.get("MPLCONFIGDIR")
    if target and os.path.isdir(FONT_CACHE):
        with suppress(OSError):
            shutil.copytree(FONT_CACHE, target, dirs_exist_ok=True)
