"""Columns of text that are numbers, written for people."""

import re
from dataclasses import dataclass

import pandas as pd

#: What stands for a missing number.
_MISSING = {
    "-",
    "\u2013",
    "\u2014",
    ".",
    "..",
    "?",
    "*",
    "#N/A",
    "#DIV/0!",
    "#REF!",
    "#VALUE!",
    "#NUM!",
}
_PLAIN = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
_ZERO_FIRST = r"[-+]?0\d.*"
_BLANK = "[ \u00a0\u202f'\u2019]"
_SIGNED = r"\(?[-+]?\s*([$€£¥₹]|[A-Z]{3})?\s*[-+]?\d[\d.,\s'\u2019]*\s*([%‰$€£¥₹]|[A-Z]{3}|-)?\)?"
#: Share of the first values that must have a digit.
_DIGITS = 0.5
#: Share of a text column's values that are numbers when a note names the others.
_MOSTLY = 0.9
_NAMED = 3
_LOOKED_AT = 200
_MAX_NAME = 40


@dataclass(frozen=True)
class Style:
    """A way to write numbers."""

    said: str
    #: What every number looks like, and what at least one does: else it could be another style's.
    every: str
    some: str
    groups: str
    decimal: str = "."

    def fits(self, values: pd.Series) -> bool:
        """Say whether values are written in this style, beyond doubt."""
        return bool(
            values.str.fullmatch(self.every).all() and values.str.fullmatch(self.some).any()
        )

    def numbers(self, values: pd.Series) -> pd.Series:
        """Return the numbers."""
        plain = values.str.replace(self.groups, "", regex=True) if self.groups else values
        return pd.to_numeric(plain.str.replace(self.decimal, ".", regex=False))


_PLAINLY = Style("", _PLAIN, ".+", "")
_COMMAS = Style(
    "a comma between thousands", rf"[-+]?[1-9]\d{{0,2}}(,\d{{3}})+(\.\d+)?|{_PLAIN}", ".*,.*", ","
)
_DECIMAL = r"[-+]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?"
_DECIMAL_COMMA = Style("a decimal comma", _DECIMAL, ".*,.*", r"\.", ",")
#: In a text whose fields are divided by commas, 1,234 is rather a thousand.
_DECIMAL_COMMA_ONLY = Style(
    "a decimal comma", _DECIMAL, r"0,\d+|.*,(\d{1,2}|\d{4,})|.*\..*,.*", r"\.", ","
)
_POINTS = Style(
    "a point between thousands", r"[-+]?\d{1,3}(\.\d{3})+|\d{1,3}", r".*\..*\..*", r"\."
)
_GROUPS = rf"[-+]?(\d{{1,3}}({_BLANK}\d{{3}})+|\d+)"
#: One blank between digits alone could be part of an identifier.
_PROOF = rf".*{_BLANK}.*[.,].*|.*{_BLANK}.*{_BLANK}.*|.*[\u00a0\u202f'\u2019].*"
_BLANKS = Style("blanks between thousands", rf"{_GROUPS}(\.\d+)?", _PROOF, _BLANK)
_BLANKS_COMMA = Style(
    "blanks between thousands and a decimal comma", rf"{_GROUPS}(,\d+)?", _PROOF, _BLANK, ","
)


def read(column: pd.Series, first: list[str], *, commas_divide: bool) -> tuple[pd.Series, str]:
    """Return a column of text as numbers if all of it is, and what its reader should know.

    First are some of its values.
    """
    some = [value for value in first if value not in _MISSING]
    if sum(any(map(str.isdigit, value)) for value in some) <= len(some) * _DIGITS:
        return column, ""
    decimal = (_COMMAS, _DECIMAL_COMMA_ONLY) if commas_divide else (_DECIMAL_COMMA, _COMMAS)
    styles = (_PLAINLY, *decimal, _POINTS, _BLANKS, _BLANKS_COMMA)
    possible = [s for s in styles if all(re.fullmatch(s.every, value) for value in some)]
    if possible:
        values = _values(column.dropna())
        coded = values.str.fullmatch(_ZERO_FIRST).any()
        for style in possible:
            if not coded and style.fits(values):
                return _numbers(column, values, style)
    return column, _about(column, some)


def _values(column: pd.Series) -> pd.Series:
    values = column.str.strip()
    return values[~values.isin(_MISSING) & (values != "")]


def _numbers(column: pd.Series, values: pd.Series, style: Style) -> tuple[pd.Series, str]:
    numbers = style.numbers(values).reindex(column.index)
    others = column.dropna().drop(values.index).str.strip()
    marks = " ".join(sorted(set(others) - {""}))
    notes = [f"numbers written with {style.said}"] if style.said else []
    notes += [f"{marks} read as missing"] if marks else []
    return numbers, "; ".join(notes)


def _about(column: pd.Series, some: list[str]) -> str:
    """Say what a text column has of numbers, if much."""
    marked = [value for value in some if not re.fullmatch(_PLAIN, value)]
    if marked and all(re.fullmatch(_SIGNED, value) for value in some):
        return f"numbers such as {marked[0][:_MAX_NAME]!r}: left as text"
    if len(marked) > len(some) * (1 - _MOSTLY):
        return ""
    values = _values(column.dropna())
    wrong = values[~values.str.fullmatch(_PLAIN)]
    others = list(dict.fromkeys(wrong.iloc[:_LOOKED_AT]))
    named = ", ".join(repr(other[:_MAX_NAME]) for other in others[:_NAMED])
    more = ", ..." if len(others) > _NAMED else ""
    return f"numbers but for {len(wrong)} ({named}{more}): left as text" if named else ""


def has_points_in_doubt(written: pd.Series) -> bool:
    """Say whether numbers such as 1.234 may as well be thousands: all have three decimals."""
    values = written.dropna().str.strip()
    values = values[values != ""]
    return bool(len(values) and values.str.fullmatch(r"[-+]?[1-9]\d{0,2}\.\d{3}|\d{1,3}").all())
