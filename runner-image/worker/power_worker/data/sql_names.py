"""Which DataFrames a query names."""

import re
from collections.abc import Iterable, Iterator

from power_worker.outcome import RefusedError

_WORD = re.compile(r"[^\W\d]\w*")
#: Text and comments, in which a word is no name.
_NO_NAMES = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)


def named(sql: str, names: Iterable[str]) -> Iterator[str]:
    """Yield the names that stand in a query.

    SQL does not tell df from DF: of several alike, the one that is written exactly so is meant.
    """
    mentioned = {word.casefold() for word in _WORD.findall(sql)}  # also within query('...')
    written = set(_WORD.findall(_NO_NAMES.sub(" ", sql)))
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(name.casefold(), []).append(name)
    for folded, group in alike.items():
        if folded not in mentioned:
            continue
        exact = [name for name in group if name in written]
        if len(group) > 1 and len(exact) != 1 and _stands_in(folded, written):
            raise RefusedError(
                "sql_error",
                f"SQL does not tell {' and '.join(group)} apart",
                "give one of these DataFrames another name in execute_code",
            )
        yield (exact or group)[0]


def _stands_in(folded: str, written: set[str]) -> bool:
    return any(word.casefold() == folded for word in written)
