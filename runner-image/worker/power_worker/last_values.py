"""_, __, ___ and Out: the last values, and no more of them than a session can afford."""

from typing import Any

#: Each may be gigabytes, and lives until this many newer ones have come.
KEPT = 3
_NAMES = ("_", "__", "___")


class LastValues:
    """Keeps the last values in the namespace."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._values: list[Any] = []
        self._out: dict[int, Any] = namespace.get("Out", {})

    def add(self, number: int, value: Any) -> None:
        """Remember the value of cell number, unless the cell uses these names itself."""
        mine = self._mine()
        self._values = [value, *self._values][:KEPT]
        if mine:
            self._namespace.update(zip(_NAMES, self._values, strict=False))
        if value is not self._out:
            self._out[number] = value
        if len(self._out) > KEPT:
            for old in sorted(self._out)[:-KEPT]:
                del self._out[old]

    def _mine(self) -> bool:
        """Say whether the names hold what they were given; one that was given none may hold any."""
        for name, before in zip(_NAMES, self._values, strict=False):
            if self._namespace.get(name, before) is not before:
                return False
        return True
