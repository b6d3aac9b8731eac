"""Which character separates the fields of a text."""

import csv
import io
from collections import Counter

#: Best first; those of the second line only where nothing of the first splits the text.
_USUAL = (",", ";", "\t", "|")
_RARE = ("^", "~", "\x1f", "\x01")
#: Stands in no text: the whole line is one field.
NONE = "\x1e"
_SPOKEN = {"\t": "tab", "\x1f": "unit separator (0x1f)", "\x01": "0x01"}
#: Rows of the sample that are looked at.
_ROWS = 200


def spoken(delimiter: str) -> str:
    """Name a delimiter."""
    return _SPOKEN.get(delimiter, delimiter)


def delimiter(sample: str) -> str:
    """Return the delimiter that splits the sample into the most even rows of several fields."""
    for candidates in (_USUAL, _RARE):
        scores = {candidate: _score(sample, candidate) for candidate in candidates}
        best = max(scores, key=lambda candidate: scores[candidate])
        if scores[best]:
            return best
    return NONE if _is_prose(rows(sample, ",")) else ","


def splits(sample: str, delimiter: str) -> bool:
    """Say whether a delimiter is in the first row at all."""
    return len(next(iter(rows(sample, delimiter)), [])) > 1


def _score(sample: str, candidate: str) -> float:
    found = rows(sample, candidate)
    widths = [len(row) for row in found]
    if not widths or (candidate == "," and _is_prose(found)):
        return 0.0
    width, count = max(Counter(widths).items(), key=lambda item: (item[1], item[0]))
    uneven = candidate in _RARE and count < len(widths)
    return 0.0 if width == 1 or uneven else (count / len(widths)) ** 2 * (1 + min(width, 20) / 100)


def _is_prose(found: list[list[str]]) -> bool:
    """Say whether the commas are those of sentences, below a header that has none."""
    rest = [field for row in found[1:] for field in row[1:]]
    return bool(rest) and len(found[0]) == 1 and all(field.startswith(" ") for field in rest)


def rows(sample: str, delimiter: str) -> list[list[str]]:
    """Split the first rows of a sample; its last line may be cut."""
    complete = sample[: sample.rfind("\n") + 1] or sample
    found: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(complete), delimiter=delimiter):
            if row:
                found.append(row)
            if len(found) >= _ROWS:
                break
    except csv.Error:
        pass  # what was split so far has to do
    return found
