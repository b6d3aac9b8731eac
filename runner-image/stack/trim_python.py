"""Make the installed library stack as small as it can be without losing a feature.

Runs as root inside the build stage, on dist-packages: removes what only tests, builds or other
front ends use, strips symbols, moves the fonts to where fontconfig looks, teaches matplotlib to
fall back to them, and compiles every module.
"""

import compileall
import csv
import py_compile
import shutil
import subprocess
import sysconfig
from pathlib import Path

SITE = Path("/usr/local/lib/python3.13/dist-packages")
STDLIB = Path(sysconfig.get_path("stdlib"))
FONTS = Path("/usr/share/fonts/truetype/noto")
BIN = Path("/usr/local/bin")
BUILD = Path(__file__).parent

# Programs that would install something (power_worker.installers).
INSTALLERS = (*("pip", "pip3", "conda", "mamba", "micromamba", "uv", "poetry", "apt", "apt-get"),)

# Packages' own tests.
TEST_DIRECTORIES = {"tests", "test"}
# Sources and declarations of compiled modules: nothing in the image compiles or checks types.
BUILD_SUFFIXES = {".a", ".c", ".cpp", ".h", ".hpp", ".pxd", ".pxi", ".pyi", ".pyx"}

# What has no use in a sandbox without network and without a notebook server.
UNUSED = (
    "plotly/labextension",
    "plotly/package_data/widgetbundle.js",
    "pyarrow/include",
    "pyarrow/src",
    "pyarrow/libarrow_flight.so*",
    "pyarrow/libarrow_python_flight.so*",
    "pyarrow/_flight.*.so",
    "pyarrow/flight.py",
    "pyarrow/libarrow_s3.so*",
    "pyarrow/_s3fs.*.so",
    "pyarrow/_pyarrow_cpp_tests.*.so",
    "manimgx_fonts*",
)

# Liberation and DejaVu have these scripts already.
UNUSED_FONTS = ("NotoSans[wght].ttf", "NotoSans-Italic[wght].ttf")


def remove(path: Path) -> None:
    """Remove a file or a whole directory."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def install_fonts() -> None:
    """Move the Noto fonts out of their Python package."""
    FONTS.mkdir(parents=True, exist_ok=True)
    for font in (SITE / "manimgx_fonts").glob("*.ttf"):
        if font.name not in UNUSED_FONTS:
            shutil.move(font, FONTS / font.name.replace("[wght]", ""))


def remove_unused() -> None:
    """Remove tests, build inputs and unused parts, never a package's metadata or licence."""
    for pattern in UNUSED:
        found = list(SITE.glob(pattern))
        if not found:
            raise SystemExit(f"{pattern} matches nothing: is it still needed in UNUSED?")
        for path in found:
            remove(path)
    # Backwards, so that what lies in a directory comes before the directory.
    for path in sorted(SITE.rglob("*"), reverse=True):
        if ".dist-info" in path.relative_to(SITE).parts[0]:
            continue
        if path.name in TEST_DIRECTORIES and path.is_dir():
            shutil.rmtree(path)
        elif path.suffix in BUILD_SUFFIXES and path.is_file():
            path.unlink()


def link_duplicates() -> None:
    """Replace copies of a library under other names by links, which wheels cannot hold."""
    seen: dict[tuple[Path, bytes], Path] = {}
    for path in sorted(SITE.rglob("*.so*"), key=lambda p: -len(p.name)):
        if path.is_symlink() or not path.is_file():
            continue
        first = seen.setdefault((path.parent, path.read_bytes()), path)
        if first is not path:
            path.unlink()
            path.symlink_to(first.name)


def strip_symbols() -> None:
    """Remove what only linkers and debuggers read from compiled modules and libraries."""
    for path in SITE.rglob("*.so*"):
        if path.is_file() and not path.is_symlink():
            subprocess.run(["strip", "--strip-unneeded", path], check=True)


def shorten_records() -> None:
    """Drop removed files from each package's RECORD, which tells the worker who owns a module."""
    for record in SITE.glob("*.dist-info/RECORD"):
        rows = [
            row for row in csv.reader(record.read_text().splitlines()) if (SITE / row[0]).exists()
        ]
        with record.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


def add_font_fallbacks() -> None:
    """Append the fallback to matplotlib's font manager, whatever style or theme a cell chooses."""
    with (SITE / "matplotlib/font_manager.py").open("a") as file:
        file.write("\n\n" + (BUILD / "matplotlib_fallback.py").read_text())


def add_worker_to_path() -> None:
    """Let `python3 -m power_worker` find the worker without a variable that cells inherit."""
    (SITE / "power_worker.pth").write_text("/opt/power-interpreter/worker\n")


def add_installers() -> None:
    """Answer those who would install something, by whatever name, instead of "not found"."""
    shutil.copy(BUILD / "pip_module.py", SITE / "pip.py")
    for name in INSTALLERS:
        shutil.copy(BUILD / "installer.sh", BIN / name)
        (BIN / name).chmod(0o755)


def compile_all() -> None:
    """Compile every module, valid whatever its time stamp: a read-only root cannot do it later."""
    for directory in (STDLIB, SITE):
        for cache in list(directory.rglob("__pycache__")):
            shutil.rmtree(cache)
        compiled = compileall.compile_dir(
            directory,
            quiet=1,
            force=True,
            workers=0,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        if not compiled:
            raise SystemExit(f"a module in {directory} does not compile: see above")


def main() -> None:
    """Run every step, in an order that lets each see what the ones before it left."""
    install_fonts()
    remove_unused()
    link_duplicates()
    strip_symbols()
    shorten_records()
    add_font_fallbacks()
    add_worker_to_path()
    add_installers()
    compile_all()


if __name__ == "__main__":
    main()
