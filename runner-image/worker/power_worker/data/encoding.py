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
#: A character beyond ASCII in UTF-8.
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
#: Encodings of texts that are not in Latin letters.
_FOREIGN = (
    *("cp1251", "koi8_r", "cp866", "iso8859_5", "cp1253", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949", "euc_kr"),
)
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
    return _guess(_around(path, bad))


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


def _guess(sample: bytes) -> tuple[str, str]:
    """Return an encoding by some of the text, and what to say of it."""
    if _is_mostly_utf8(sample):
        return "utf-8", "encoding: utf-8, but some bytes are not: they are shown as \ufffd"
    runs = [len(run) for run in _HIGH.findall(sample)]
    foreign = sum(length for length in runs if length > _ACCENTS)
    name = _foreign(sample) if foreign > sum(runs) / 2 else ""
    name = name or ("latin-1" if _UNDEFINED.search(sample) else "cp1252")
    return name, (
        f"encoding: {name} (guessed: the file is not UTF-8); if letters look wrong, "
        "pd.read_csv(..., encoding=...) in execute_code"
    )


def _is_mostly_utf8(sample: bytes) -> bool:
    """Say whether the bytes that are no UTF-8 are few beside the characters that are."""
    wrong = sample.decode("utf-8", "replace").count("\ufffd")
    return len(_UTF8.findall(sample)) > wrong


def _foreign(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_FOREIGN)).best()
    return str(best.encoding) if best is not None else ""
