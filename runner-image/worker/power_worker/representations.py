"""MIME bundles reduced to what an agent takes in: text, and pictures."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .html_text import read_html
from .pretty_text import WIDTH
from .svg import svg_to_png

#: The key under which a bundle of ours carries what is shown.
SHOWN = "power/shown"
_RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff")
_SVG = "image/svg+xml"
_SCRIPT = "application/javascript"
#: Representations that show the object itself, best first.
PICTURE_KINDS = ("image/png", "image/jpeg", _SVG)
#: Representations that are text or become it, best first.
TEXT_KINDS = ("text/markdown", "text/latex", "application/json", "text/html")
#: A text that says nothing but the object's class, and where it is.
BARE = re.compile(r"<[\w.<>]+( object)?( at 0x[0-9a-f]+)?>|<class '[\w.]+'>\n\"\"\".*", re.DOTALL)
_ADDRESS = re.compile(r" at 0x[0-9a-f]+(?=>$)")


@dataclass
class Shown:
    """What is shown of an object."""

    text: str = ""
    pictures: list[bytes] = field(default_factory=list)
    #: Whether the picture is a frame of an animation, whose figure may show by itself.
    animated: bool = False

    def bundle(self) -> dict[str, Any]:
        """Return it as IPython hands it on; empty for nothing."""
        return {SHOWN: self} if self.text or self.pictures else {}


def reduce(bundle: dict[str, Any], more: Callable[[str], Any], text: Callable[[], str]) -> Shown:
    """Reduce a bundle; more asks for a representation that it lacks, text for the plain one."""
    for kind in (*PICTURE_KINDS, *(k for k in bundle if k in _RASTER)):
        data = bundle.get(kind) or more(kind)
        if data:
            return _picture(kind, unwrapped(data))
    plain = bundle.get("text/plain") or text()
    if not BARE.fullmatch(plain):
        return Shown(plain)
    for kind in TEXT_KINDS:
        data = bundle.get(kind) or more(kind)
        if data:
            return _readable(kind, unwrapped(data))
    if bundle.get(_SCRIPT) or more(_SCRIPT):
        return Shown("[JavaScript not run: there is no page]")
    for kind, data in bundle.items():
        if kind.endswith("json"):
            return _readable("application/json", data)
    return Shown(without_address(plain))


def without_address(text: str) -> str:
    """Return a bare text without the place in memory, which tells nobody anything."""
    return _ADDRESS.sub("", text)


def unwrapped(data: Any) -> Any:
    """Return a representation without the metadata that may come with it."""
    return data[0] if isinstance(data, tuple) else data


def _picture(kind: str, data: Any) -> Shown:
    try:
        if kind == _SVG:
            return Shown(pictures=[svg_to_png(data)])
        return Shown(pictures=[data if isinstance(data, bytes) else base64.b64decode(data)])
    except ValueError as error:
        return Shown(f"[picture not shown: {error}]")


def _readable(kind: str, data: Any) -> Shown:
    if kind == "text/html":
        page = read_html(str(data))
        return Shown(page.text, page.pictures, page.animated)
    if kind == "application/json":
        return Shown(_json(data))
    return Shown(str(data))


def _json(data: Any) -> str:
    """Return JSON on one line, or indented where that would be long."""
    if isinstance(data, str):
        return data
    line = json.dumps(data, ensure_ascii=False, default=str)
    if len(line) <= WIDTH:
        return line
    return json.dumps(data, ensure_ascii=False, default=str, indent=1)
