"""pip, conda, apt and their like: what is installed, and that nothing else can be.

A cell's `!pip` and `%pip` are answered here at once; the image's programs of these names, and
`python -m pip`, run this module.
"""

import re
import shlex
import sys
from dataclasses import dataclass

from .packages import NO_NETWORK, about, version_of

#: What the image has programs for: each says what this module says.
NAMES = ("pip", "pip3", "conda", "mamba", "micromamba", "uv", "poetry", "apt", "apt-get")
_COMMAND = re.compile(
    rf"\s*(?:sudo\s+)?(?:python[\d.]*\s+-m\s+)?(pip[\d.]*|{'|'.join(NAMES)})(?:\s+(.*))?", re.DOTALL
)
_INSTALLS = {"install", "add", "update", "upgrade", "download", "wheel", "sync"}
_REQUIREMENT = re.compile(r"[A-Za-z][\w.-]*")
#: Options whose value is the next word.
_VALUED = {
    *("-c", "--channel", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-r"),
    *("--requirement", "-t", "--target", "-n", "--name", "-p", "--prefix", "--python"),
}
#: What a shell must look at itself: `pip list | grep pandas`.
_SHELL = re.compile(r"[|&;<>`$()]")
_FIELDS = ("Name", "Version", "Summary", "Home-page", "License", "Requires-Dist")
_HELP = f"There are install, list, freeze, show and check. {NO_NETWORK}"


@dataclass(frozen=True)
class Answer:
    """What an installer would print, and its exit code."""

    text: str
    code: int = 0


def answer(command: str) -> Answer | None:
    """Answer a shell command that is an installer's; None for any other, and for pipelines."""
    match = _COMMAND.fullmatch(command)
    quoted = re.sub(r"'[^']*'|\"[^\"]*\"", "", command)
    if match is None or _SHELL.search(quoted):
        return None
    try:
        words = shlex.split(match[2] or "", comments=True)
    except ValueError:
        words = (match[2] or "").split()
    return run(words)


def run(words: list[str]) -> Answer:
    """Answer an installer's arguments."""
    words = words[1:] if words[:1] == ["pip"] else words  # uv pip install
    plain = _without_options(words)
    verb = next(iter(plain), "")
    rest = [word for word in plain[1:] if _REQUIREMENT.match(word)]
    if verb in _INSTALLS:
        return _install([_REQUIREMENT.match(word)[0] for word in rest])  # type: ignore[index]
    if verb in ("list", "freeze"):
        return Answer(installed())
    if verb == "show":
        return _show(rest)
    if verb == "check":
        return Answer("No broken requirements found.")
    return Answer(_HELP, 1 if verb else 0)


def _without_options(words: list[str]) -> list[str]:
    """Return what an installer is asked, without how."""
    return [
        word
        for before, word in zip(["", *words], words, strict=False)
        if not word.startswith("-") and before not in _VALUED
    ]


def installed() -> str:
    """List the installed packages as `pip freeze` does."""
    from importlib import metadata  # here, not above: a first cell would wait for it

    found = {f"{d.name}=={d.version}" for d in metadata.distributions() if d.name}
    return "\n".join(sorted(found, key=str.lower))


def magic(line: str) -> None:
    """Answer %pip, %conda and their like."""
    print(run(shlex.split(line, comments=True)).text)


def _install(names: list[str]) -> Answer:
    """Say what of this is there; it is a success where all of it is."""
    lines = [about(name) for name in names]
    if names and all(map(version_of, names)):
        return Answer("\n".join(lines))
    return Answer("\n".join([NO_NETWORK, *lines]), 1)


def _show(names: list[str]) -> Answer:
    from importlib import metadata

    found = []
    for name in names:
        try:
            data = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            return Answer(f"{about(name)} {NO_NETWORK}", 1)
        pairs = [(field, ", ".join(data.get_all(field) or [])) for field in _FIELDS]
        found.append("\n".join(f"{field}: {text}" for field, text in pairs if text))
    return Answer("\n---\n".join(found)) if found else Answer(_HELP, 1)


def main(words: list[str] | None = None) -> int:
    """Run as a program."""
    told = run(sys.argv[1:] if words is None else words)
    print(told.text)
    return told.code


if __name__ == "__main__":
    sys.exit(main())
