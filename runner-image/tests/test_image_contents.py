"""What is in the image, and what is not."""

import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from image_files import SITE, walk

CERTIFICATE = b"-----BEGIN CERTIFICATE"
# ssl.py has that line as a constant, as have programs and libraries that read certificates.
NAMES_CERTIFICATES = {Path("/usr/lib/python3.13/ssl.py")}
PROGRAM = b"\x7fELF"
# Far above the measured 1.1 GB, far below what one forgotten cache or library brings.
MOST_BYTES = 1_300_000_000


def facts() -> dict:
    """Return what the engine says of the image."""
    return json.loads(Path("/facts/inspect.json").read_text())[0]


def test_no_file_runs_as_another_user() -> None:
    raised = [
        str(p)
        for p in walk()
        if p.lstat().st_mode & (stat.S_ISUID | stat.S_ISGID) and not p.is_symlink()
    ]
    assert raised == []


def test_nothing_but_scratch_space_is_writable_for_all() -> None:
    writable = [str(p) for p in walk() if not p.is_symlink() and p.lstat().st_mode & stat.S_IWOTH]
    assert writable == []


def test_no_certificate_of_the_build_is_left() -> None:
    found = []
    for path in walk():
        if not path.is_file() or not os.access(path, os.R_OK) or path in NAMES_CERTIFICATES:
            continue
        content = path.read_bytes()
        if CERTIFICATE in content and not content.startswith(PROGRAM) and path.suffix != ".pyc":
            found.append(str(path))
    assert found == []


def test_history_does_not_mention_the_certificates() -> None:
    assert "ca-certificates" not in Path("/facts/history.txt").read_text()


@pytest.mark.parametrize("program", ["dpkg", "gcc", "cc", "perl", "mount", "openssl"])
def test_a_program_of_the_build_is_gone(program: str) -> None:
    assert shutil.which(program, path="/usr/local/bin:/usr/bin:/usr/sbin") is None


@pytest.mark.parametrize(
    "command",
    [["pip"], ["pip3"], ["conda"], ["apt-get"], ["uv", "pip"], [sys.executable, "-m", "pip"]],
)
def test_an_installer_says_at_once_that_there_is_no_network(command: list[str]) -> None:
    asked = [*command, "install", "polars", "pandas"]
    told = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert told.returncode == 1
    assert "no network" in told.stdout
    assert "pandas: version" in told.stdout


@pytest.mark.parametrize("program", ["sh", "bash", "awk", "grep", "sed", "tar", "gzip", "lscpu"])
def test_a_program_that_cells_call_is_there(program: str) -> None:
    assert shutil.which(program) is not None


@pytest.mark.parametrize(
    ("uid", "name"), [(70000, "sandbox0000"), (70001, "sandbox0001"), (74095, "sandbox4095")]
)
def test_every_sandbox_user_has_a_name(uid: int, name: str) -> None:
    user = pwd.getpwuid(uid)
    assert (user.pw_name, user.pw_gid, user.pw_dir, user.pw_shell) == (
        name,
        uid,
        "/tmp/home",
        "/bin/sh",
    )


def test_user_entrypoint_and_folder_are_set() -> None:
    config = facts()["Config"]
    assert config["User"] == "70000:70000"
    assert config["Entrypoint"] == ["/opt/power-interpreter/supervisor"]
    assert config["WorkingDir"] == "/app/sandbox_data"
    assert config["Labels"]["power-interpreter.runner"]


def test_image_is_small() -> None:
    assert facts()["Size"] < MOST_BYTES


def test_no_link_leads_nowhere() -> None:
    engine_makes = {"/etc/mtab"}  # into /proc, which the engine hides in part
    dangling = [str(p) for p in walk() if p.is_symlink() and not p.exists()]
    assert set(dangling) - engine_makes == set()


@pytest.mark.parametrize("top", ["/usr/lib/python3.13", str(SITE), "/opt/power-interpreter/worker"])
def test_every_module_is_compiled_for_a_read_only_root(top: str) -> None:
    bad = []
    for source in walk(top):
        if source.suffix != ".py":
            continue
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        # PEP 552: bit 0 says hash-based, bit 1 that the source be checked.
        if not compiled.exists() or compiled.read_bytes()[4:8] != b"\x01\0\0\0":
            bad.append(str(source))
    assert bad == []
