"""HTML reduced to text and pictures, for objects that have nothing better."""

import base64
import binascii
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from .html_table import table_text
from .svg import svg_to_png

#: Characters of HTML that are looked at: an animation as HTML is megabytes of pictures.
MAX_HTML = 2_000_000
#: Pictures that one page shows.
MAX_PICTURES = 10
#: Elements nested deeper have their text without form.
_MAX_DEPTH = 100
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL | re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,([A-Za-z0-9+/=\s\\]+)")
_ANIMATION = re.compile(r"\bnew Animation\(|class=\"animation\"")
_TAG = re.compile(r"<[^<>]*>")
_SILENT = {"script", "style", "head", "template", "noscript", "title", "meta", "link"}
_BLOCKS = {
    *("address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt"),
    *("fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "nav"),
    *("ol", "p", "pre", "section", "summary", "table", "tr", "ul", "h1", "h2", "h3", "h4", "h5"),
    "h6",
}
#: What cannot be shown is at least named, on a line of its own.
_EMBEDDED = {"audio": "audio", "video": "video", "iframe": "page", "object": "object"}


@dataclass
class Page:
    """What a reader of a page would see."""

    text: str
    pictures: list[bytes] = field(default_factory=list)
    #: Whether the picture is a frame of an animation of matplotlib.
    animated: bool = False


def read_html(html: str) -> Page:
    """Reduce HTML: tables become columns of text, embedded pictures are taken out."""
    from lxml import html as parser

    if _ANIMATION.search(html):
        frames = list(_PICTURE.finditer(html))
        return Page("", _decoded(frames[len(frames) // 2 :][:1]), animated=True)
    pictures = _decoded(islice(_PICTURE.finditer(html), MAX_PICTURES))
    pictures += _drawn(islice(_SVG.finditer(html), MAX_PICTURES))
    source = _PICTURE.sub("", _SVG.sub(" ", html))[:MAX_HTML].strip()
    if not source:
        return Page("", pictures)
    parts: list[str] = []
    _walk(parser.fragment_fromstring(source, create_parent="div"), parts)
    lines = [line.rstrip() for line in "".join(parts).split("\n")]
    kept = [line for i, line in enumerate(lines) if line or (i and lines[i - 1])]
    text = "\n".join(kept).strip("\n")
    return Page(text or _TAG.sub("", source).strip(), pictures)  # too deep for the parser


def _decoded(matches: Iterable[re.Match[str]]) -> list[bytes]:
    found = []
    for match in matches:
        with suppress(binascii.Error):
            found.append(base64.b64decode(re.sub(r"[\s\\]", "", match[1])))
    return found


def _drawn(matches: Iterable[re.Match[str]]) -> list[bytes]:
    found = []
    for match in matches:
        with suppress(ValueError):
            found.append(svg_to_png(match[0]))
    return found


def _walk(node: Any, parts: list[str], pre: bool = False, depth: int = 0) -> None:
    """Append the text of an element: blocks on lines of their own, the rest in one run."""
    tag = node.tag if isinstance(node.tag, str) else "script"  # a comment
    if tag not in _SILENT:
        _open(tag, node, parts)
        inside = pre or tag == "pre"
        if tag == "table":
            parts.append(table_text(node))
        elif tag not in _EMBEDDED:
            deep = depth >= _MAX_DEPTH
            _say(node.text_content() if deep else node.text, inside, parts)
            for child in () if deep else node:
                _walk(child, parts, inside, depth + 1)
        if tag in _BLOCKS or tag in _EMBEDDED:
            _end_line(parts)
    _say(node.tail, pre, parts)


def _open(tag: str, node: Any, parts: list[str]) -> None:
    if tag in _BLOCKS or tag in _EMBEDDED:
        _end_line(parts)
    if tag == "br":
        parts.append("\n")
    elif tag == "li":
        parts.append("- ")
    elif tag in ("td", "th"):
        parts.append("  ")
    elif tag == "img" and (node.get("alt") or node.get("src")):
        parts.append(f"[picture: {node.get('alt') or node.get('src')}]")
    elif tag in _EMBEDDED:
        source = node.get("src") or next((s.get("src") for s in node.iter("source")), "") or ""
        named = "" if source.startswith("data:") else f": {source}" if source else ""
        parts.append(f"[{_EMBEDDED[tag]} not shown{named}]")


def _say(text: str | None, pre: bool, parts: list[str]) -> None:
    if text and not pre:
        text = re.sub(r"\s+", " ", text)
        if not parts or parts[-1].endswith(("\n", " ")):
            text = text.lstrip()
    if text:
        parts.append(text)


def _end_line(parts: list[str]) -> None:
    if parts and not parts[-1].endswith("\n"):
        parts.append("\n")
