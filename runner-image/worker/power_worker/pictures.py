"""Pictures made small enough to travel inline.

Pillow is imported where it is used: a first cell would wait for it, and seldom has a picture.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .limits import MAX_IMAGE, MAX_IMAGE_EDGE

if TYPE_CHECKING:
    from PIL import Image

#: Pixels beyond which a picture is not even opened: decoded it takes 4 bytes for each.
MAX_PIXELS = 120_000_000
#: Each step makes a picture that is still too large smaller by this.
_SHRINK = 0.8
#: Long edge below which a picture would say nothing any more.
_SMALLEST = 200
_COLOURS = 256
_TOO_LARGE = f"it has more than {MAX_PIXELS:,} pixels"


class PictureError(ValueError):
    """What cannot be shown as a picture, and why."""


@dataclass(frozen=True)
class Inline:
    """An inline PNG, empty where none could be made, and the size of the picture it shows."""

    png: bytes
    width: int
    height: int


def inline(data: bytes) -> Inline:
    """Return a picture of any format as a PNG within wire.MaxImage and wire.MaxImageEdge.

    Raises PictureError; a file of several frames gives its first.
    """
    with _opened(data) as image:
        width, height = image.size
        small = max(width, height) <= MAX_IMAGE_EDGE
        if image.format == "PNG" and small and len(data) <= MAX_IMAGE:
            return Inline(data, width, height)
        image.load()
        return Inline(_squeeze(image), width, height)


def as_png(data: bytes) -> bytes:
    """Return a picture of any format as a PNG in full size."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    with _opened(data) as image:
        return encode(image)


def _opened(data: bytes) -> Image.Image:
    """Open a picture without decoding it; Pillow's own bound is the user's to set."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data))
    except Image.DecompressionBombError as error:
        raise PictureError(_TOO_LARGE) from error
    except Image.UnidentifiedImageError as error:
        raise PictureError("it is no picture that can be read") from error
    if image.width * image.height > MAX_PIXELS:
        image.close()
        raise PictureError(_TOO_LARGE)
    return image


def encode(image: Image.Image) -> bytes:
    """Encode as PNG, in a mode that PNG has."""
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        image = image.convert("RGBA" if "A" in image.getbands() else "RGB")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _squeeze(image: Image.Image) -> bytes:
    from PIL import Image

    if image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGBA" if "A" in image.getbands() or image.mode == "P" else "RGB")
    edge = min(max(image.size), MAX_IMAGE_EDGE)
    while edge >= min(_SMALLEST, max(image.size)):
        small = image.copy()
        small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        for candidate in (small, _few_colours(small)):
            data = encode(candidate)
            if len(data) <= MAX_IMAGE:
                return data
        edge = int(edge * _SHRINK)
    return b""


def _few_colours(image: Image.Image) -> Image.Image:
    from PIL import Image

    if image.mode == "L":
        return image.quantize(16)
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    return image.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT)
