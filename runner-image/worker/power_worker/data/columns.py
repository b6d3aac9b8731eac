"""What the columns of a delimited text are: pandas knows no zip codes, dates or 1.234,56."""

from collections.abc import Callable

import pandas as pd

from . import big_integers, code_columns, date_columns, number_columns
from .said import Said
from .samples import first_values

#: Returns the columns at these positions as they are written, with "" for nothing.
Written = Callable[[list[int]], list[pd.Series]]
_THOUSAND = 1000


class Understanding:
    """Reads the columns of a frame anew where pandas has read them as something else."""

    def __init__(self, frame: pd.DataFrame, written: Written, delimiter: str) -> None:
        self.frame = frame
        self._written = written
        self._delimiter = delimiter
        self._said = Said()
        self._codes: set[int] = set()

    def text(self) -> None:
        """Turn text that is numbers or dates into those, and keep codes."""
        missing = []
        for position, dtype in enumerate(self.frame.dtypes):
            if dtype != "str" or position in self._codes:
                continue
            column = self.frame.iloc[:, position]
            first = first_values(column)
            understood, note = date_columns.read(column, first)
            if not note:
                commas = self._delimiter == ","
                understood, note = number_columns.read(column, first, commas_divide=commas)
            if not note and code_columns.is_of_codes(column, first):
                missing.append(position)
            self._replace(position, column, understood, note)
        for position, text in zip(missing, self._written(missing), strict=True):
            if (text == "NA").any():
                column = self.frame.iloc[:, position].where(text != "NA", "NA")
                self._replace(position, text, column, "NA is a code here, not missing")

    def codes(self) -> None:
        """Keep codes that look like numbers as they are written."""
        whole = [p for p in range(self.frame.shape[1]) if self._is_whole(p)]
        for position, text in zip(whole, self._written(whole), strict=True):
            if code_columns.is_lossy(text):
                column = text.str.strip().where(text.str.strip() != "")
                self._codes.add(position)
                self._replace(position, text, column, "codes with leading zeros or +: left as text")

    def _is_whole(self, position: int) -> bool:
        kind = self.frame.dtypes.iloc[position].kind
        if kind != "f":
            return kind in "iu"
        values = self.frame.iloc[:, position].dropna()  # with gaps they are floats
        return bool((values % 1 == 0).all())

    def large(self) -> None:
        """Keep whole numbers that a float cannot hold exact."""
        suspects = big_integers.suspects(self.frame)
        for position, text in zip(suspects, self._written(suspects), strict=True):
            exact = big_integers.whole(text.where(text.str.strip() != ""))
            if exact is not None:
                self.frame.isetitem(position, exact)

    def points(self) -> None:
        """Tell where 1.234 was read as one and a bit, in a text that rather writes 1,234 so."""
        if self._delimiter == ",":
            return
        kinds = self.frame.dtypes
        floats = [p for p, k in enumerate(kinds) if k.kind == "f" and self._has_thousandths(p)]
        for position, text in zip(floats, self._written(floats), strict=True):
            if number_columns.has_points_in_doubt(text):
                column = self.frame.iloc[:, position]
                note = "the point was read as the decimal mark; if it divides thousands: * 1000"
                self._replace(position, column, column, note)

    def _has_thousandths(self, position: int) -> bool:
        values = self.frame.iloc[:, position].dropna()
        return len(values) > 0 and bool(
            (values.abs() < _THOUSAND).all() and (values.round(3) == values).all()
        )

    def notes(self) -> list[str]:
        """Return what was done, by kind."""
        return self._said.notes()

    def _replace(self, position: int, old: pd.Series, new: pd.Series, note: str) -> None:
        if new is not old:
            self.frame.isetitem(position, new)
        if note:
            self._said.add(note, self.frame.columns[position])
