"""Which encoding a text file is in."""

import codecs
import re
from pathlib import Path

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_HEAD = 4096
#: Bytes around the first ones that are no UTF-8, from which an encoding is guessed.
_SAMPLE = 64 << 10
#: Bytes that Windows-1252 does not define.
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_HIGH = re.compile(rb"[\x80-\xff]+")
#: Runs of bytes above ASCII that are longer than this are no accents in a Latin text.
_ACCENTS = 2


def detect(path: Path) -> tuple[str, str]:
    """Return an encoding that decodes the whole file, and a note unless it is UTF-8."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name, "" if name == "utf-8-sig" else f"encoding: {name}"
    wide = _without_bom(head)
    if wide:
        return wide, f"encoding: {wide} (guessed)"
    bad = _first_non_utf8(path)
    if bad is None:
        return "utf-8", ""
    name = _guess(_around(path, bad))
    return name, f"encoding: {name} (guessed: the file is not UTF-8)"


def _without_bom(head: bytes) -> str:
    """Recognise UTF-16 by the zero bytes of its ASCII characters."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    few, many = len(head) // 40, len(head) // 5
    if odd > many and even <= few:
        return "utf-16-le"
    return "utf-16-be" if even > many and odd <= few else ""


def _first_non_utf8(path: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    position = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
                position += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return position + error.start
    return None


def _around(path: Path, position: int) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, position - _SAMPLE // 4))
        return file.read(_SAMPLE)


def _guess(sample: bytes) -> str:
    runs = [len(run) for run in _HIGH.findall(sample)]
    foreign = sum(length for length in runs if length > _ACCENTS)
    if foreign > sum(runs) / 2:
        from charset_normalizer import from_bytes

        best = from_bytes(sample).best()
        if best is not None and best.encoding not in ("ascii", "utf_8"):
            return str(best.encoding)
    return "latin-1" if _UNDEFINED.search(sample) else "cp1252"
