"""SVG drawn as PNG, for those who see pictures and read no markup."""

import re
from contextlib import suppress

#: Bytes of markup that are looked at.
MAX_SVG = 20 << 20
#: Pixels of the picture's sides. A drawing may name any size, and all its pixels are allocated.
MAX_EDGE = 6_000
#: A smaller drawing is drawn larger: an icon of 24 pixels, and its text, could not be read.
_MIN_EDGE = 400
#: Where a drawing names no size.
_UNKNOWN = (1000.0, 1000.0)
#: Pixels in each unit of CSS.
_UNITS = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4}
_LENGTH = re.compile(r"\s*([0-9.]+(?:[eE][+-]?\d+)?)\s*([a-z]*)\s*")
#: Fonts that drawings name and the image has under the names of their free twins.
_TWINS = {
    "Liberation Sans": re.compile(r"\b(?:Arial|Helvetica(?: Neue)?)\b"),
    "Liberation Serif": re.compile(r"\bTimes(?: New Roman|,serif)?\b"),
    "Liberation Mono": re.compile(r"\bCourier(?: New)?\b"),
}


def svg_to_png(markup: str | bytes) -> bytes:
    """Draw an SVG; raises ValueError for what is none. It reads no file and no address."""
    import resvg_py
    from lxml import etree

    data = markup.encode() if isinstance(markup, str) else markup
    if len(data) > MAX_SVG:
        raise ValueError(f"the SVG has more than {MAX_SVG >> 20} MiB")
    parser = etree.XMLParser(resolve_entities="internal", no_network=True, recover=True)
    root = None
    with suppress(etree.XMLSyntaxError):
        root = etree.fromstring(data.strip(), parser)
    if root is None or etree.QName(root).localname != "svg":
        raise ValueError("this is no SVG")
    _drop_outside(root)
    width, height = _size(root)
    drawing = etree.tostring(root, encoding="unicode")
    for twin, names in _TWINS.items():
        drawing = names.sub(twin, drawing)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=drawing,
            width=width,
            height=height,
            dpi=96,
            font_family="Liberation Sans",
            sans_serif_family="Liberation Sans",
            # It also stands in for every font that is not there, and most of them have no serifs.
            serif_family="Liberation Serif" if "serif" in drawing else "Liberation Sans",
            monospace_family="Liberation Mono",
        )
    )


def _drop_outside(root: object) -> None:
    """Remove pictures that lie in files or behind addresses."""
    for node in list(root.iter("{*}image", "{*}feImage")):  # type: ignore[attr-defined]
        links = [value for name, value in node.attrib.items() if name.endswith("href")]
        if not all(link.strip().startswith(("data:", "#")) for link in links):
            node.getparent().remove(node)


def _size(root: object) -> tuple[int, int]:
    """Return the box that the drawing is fitted into, its proportions kept."""
    match _numbers(root.get("viewBox", "")):  # type: ignore[attr-defined]
        case [_, _, across, down] if across > 0 and down > 0:
            inner = (across, down)
        case _:
            inner = _UNKNOWN
    width = _pixels(root.get("width", ""))  # type: ignore[attr-defined]
    height = _pixels(root.get("height", ""))  # type: ignore[attr-defined]
    if not width:
        width = height * inner[0] / inner[1] if height else inner[0]
    if not height:
        height = width * inner[1] / inner[0]
    scale = max(1.0, _MIN_EDGE / max(width, height))
    scale = min(scale, MAX_EDGE / width, MAX_EDGE / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _numbers(text: str) -> list[float]:
    try:
        return [float(word) for word in text.replace(",", " ").split()]
    except ValueError:
        return []


def _pixels(length: str) -> float:
    """Return a length in pixels, 0 for one that depends on the page."""
    match = _LENGTH.fullmatch(length)
    return float(match[1]) * _UNITS.get(match[2], 0) if match else 0.0
