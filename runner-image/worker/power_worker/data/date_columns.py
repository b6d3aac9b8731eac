"""Columns of text that are dates: day and month are never guessed."""

import re

import pandas as pd

from .said import Said
from .samples import first_values

_TIME = r"(?P<time>[ T]\d{1,2}:\d{2}(?P<seconds>:\d{2}(?P<fraction>\.\d+)?)?)?"
_OF_DAY = rf"(?P<a>\d{{1,2}})(?P<mark>[/.-])(?P<b>\d{{1,2}})[/.-]\d{{4}}{_TIME}"
#: Forms of dates for pd.to_datetime; that of a day and a month in numbers is found out.
_FORMS = {
    rf"\d{{4}}-\d{{2}}-\d{{2}}{_TIME}\s?(Z|UTC|[-+]\d{{2}}:?\d{{2}})?": "ISO8601",
    _OF_DAY: "",
    r"\d{4}/\d{1,2}/\d{1,2}": "%Y/%m/%d",
    r"\d{1,2} [A-Z][a-z]{2} \d{4}": "%d %b %Y",
    r"\d{1,2} [A-Z][a-z]{3,8} \d{4}": "%d %B %Y",
    r"\d{1,2}-[A-Z][a-z]{2}-\d{4}": "%d-%b-%Y",
    r"[A-Z][a-z]{2} \d{1,2}, \d{4}": "%b %d, %Y",
    r"[A-Z][a-z]{3,8} \d{1,2}, \d{4}": "%B %d, %Y",
}
#: Dates of any such form, or with years of two digits.
_ANY = "|".join(
    (
        r"\d{4}[-/]\d{1,2}[-/]\d{1,2}.*",
        r"\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})([ T].*)?",
        r"\d{1,2}[ -][A-Z][a-z]{2,8}[ -]\d{2,4}",
        r"[A-Z][a-z]{2,8} \d{1,2}, \d{4}",
    )
)
_LAST_MONTH = 12


def read(column: pd.Series, some: list[str]) -> tuple[pd.Series, str]:
    """Return a column of text as times if all of it is, and what its reader should know.

    Some are its first values.
    """
    if not some or not any(map(str.isdigit, some[0])):
        return column, ""
    for pattern, form in _FORMS.items():
        if all(re.fullmatch(pattern, value) for value in some):
            values = column.dropna().str.strip()
            values = values[values != ""]
            return _by_day(column, values) if not form else _converted(column, values, form)
    if all(re.fullmatch(_ANY, value) for value in some):
        return column, f"dates of several forms, or such as {some[-1]}: left as text"
    return column, ""


def understand(frame: pd.DataFrame, notes: list[str]) -> None:
    """Read dates out of the columns of text of a DataFrame, in place."""
    said = Said()
    for position, dtype in enumerate(frame.dtypes):
        if dtype != "str":
            continue
        column = frame.iloc[:, position]
        dates, note = read(column, first_values(column))
        if dates is not column:
            frame.isetitem(position, dates)
        if note:
            said.add(note, frame.columns[position])
    notes += said.notes()


def _by_day(column: pd.Series, values: pd.Series) -> tuple[pd.Series, str]:
    """Tell the day from the month by the numbers above twelve, or by the points between them."""
    parts = values.str.extract(_OF_DAY)
    first, second = pd.to_numeric(parts["a"]).max(), pd.to_numeric(parts["b"]).max()
    mark = parts["mark"].iloc[0]
    if first > _LAST_MONTH >= second or (mark == "." and second <= _LAST_MONTH):
        form, said = f"%d{mark}%m{mark}%Y", "dates, the day first"
    elif second > _LAST_MONTH >= first:
        form, said = f"%m{mark}%d{mark}%Y", "dates, the month first"
    else:
        example = values.iloc[0]
        return column, (
            f"dates such as {example}, of which day and month cannot be told apart: left as text; "
            "pd.to_datetime(..., dayfirst=True or False)"
        )
    return _converted(column, values, form + _time_format(parts), said)


def _time_format(parts: pd.DataFrame) -> str:
    if parts["time"].isna().all():
        return ""
    mark = parts["time"].dropna().iloc[0][0]
    seconds = "" if parts["seconds"].isna().all() else ":%S"
    return f"{mark}%H:%M{seconds}" + ("" if parts["fraction"].isna().all() else ".%f")


def _converted(
    column: pd.Series, values: pd.Series, form: str, said: str = "dates"
) -> tuple[pd.Series, str]:
    aware = values.str.contains(r"(?:Z|UTC|[-+]\d{2}:?\d{2})$") & values.str.contains(":")
    if aware.any() and not aware.all():
        return column, "times with and without a zone: left as text"
    times = pd.to_datetime(values, format=form, errors="coerce", utc=bool(aware.any()))
    wrong = values[times.isna()]
    if len(wrong):
        return column, f"{said}, but for {len(wrong)} ({wrong.iloc[0][:40]!r}): left as text"
    return times.reindex(column.index), said
