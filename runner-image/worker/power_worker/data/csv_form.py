"""How a delimited text is written, besides its delimiter: quotes, escapes, blanks."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

#: A field may be long: the csv module's own bound is 128 KB.
_MAX_FIELD = 64 << 20
#: Bytes up to which every row is looked at; beyond, those of the sample.
_ALL_BELOW = 24 << 20
#: What DOS programs end a text with.
_END = "\x1a"


@dataclass(frozen=True)
class Form:
    """One way to read a text."""

    path: Path
    encoding: str
    delimiter: str
    #: Physical lines to skip, and whether names are in the line that follows.
    skip: int = 0
    has_header: bool = True
    quote: str = '"'
    escape: str | None = None
    plain: bool = False
    blank_after_delimiter: bool = False

    def open(self) -> TextIO:
        """Open the text; the caller closes it."""
        return self.path.open(encoding=self.encoding, errors="replace", newline="")

    def split(self, lines: Iterable[str], *, strict: bool = False) -> Any:
        """Return a reader of the csv module."""
        csv.field_size_limit(_MAX_FIELD)
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            quoting=csv.QUOTE_NONE if self.plain else csv.QUOTE_MINIMAL,
            skipinitialspace=self.blank_after_delimiter,
            strict=strict,
        )

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows that have anything in them, each with its last line's number."""
        with self.open() as file:
            for _ in range(self.skip):
                file.readline()
            reader = self.split(file)
            while True:
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    continue
                if any(field.strip(" \t\r\n\v\f" + _END) for field in row):
                    yield reader.line_num + self.skip, row

    def read(self, **more: Any) -> pd.DataFrame:
        """Read all of it by pandas, which wants even rows."""
        try:
            return self._read("strict", more)
        except UnicodeDecodeError:  # replacing takes five times as long (pandas 3.1)
            return self._read("replace", more)

    def _read(self, errors: str, more: dict[str, Any]) -> pd.DataFrame:
        # index_col: by default a row longer than the header would shift the columns, unsaid.
        options = {
            "sep": self.delimiter,
            "encoding": self.encoding,
            "encoding_errors": errors,
            "quotechar": self.quote,
            "escapechar": self.escape,
            "quoting": csv.QUOTE_NONE if self.plain else csv.QUOTE_MINIMAL,
            "skipinitialspace": self.blank_after_delimiter,
            "skiprows": self.skip,
            "header": 0 if self.has_header else None,
            "low_memory": False,
            "index_col": False,
        }
        return pd.read_csv(self.path, **{**options, **more})

    def is_even(self, sample: str) -> bool:
        """Say whether all rows have as many fields, as far as they are looked at."""
        if self.path.stat().st_size > _ALL_BELOW:
            complete = sample[: sample.rfind("\n") + 1] or sample
            return self._is_even(complete.splitlines(keepends=True))
        with self.open() as file:
            return self._is_even(file)

    def _is_even(self, lines: Iterable[str]) -> bool:
        lines = iter(lines)
        for _ in range(self.skip):
            next(lines, "")
        try:
            return len({len(row) for row in self.split(lines, strict=True) if row}) == 1
        except csv.Error:
            return False

    def mended(self, sample: str) -> tuple["Form", str]:
        """Return another form in which the rows are even, and what is odd of it; or itself."""
        for other, note in (
            (replace(self, escape="\\"), "quotes within fields are escaped by a backslash"),
            (replace(self, quote="'"), "fields are in single quotes"),
            (replace(self, plain=True), "a quotation mark is never closed: all are read as text"),
        ):
            sign = other.escape or other.quote
            if sign in sample and other.is_even(sample):
                return other, note
        return self, ""
