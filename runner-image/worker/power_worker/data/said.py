"""What notes say of columns."""

#: Columns that a note names, and characters of a name.
_NAMED = 10
_MAX_NAME = 60


class Said:
    """Gathers what is said of columns, by what it is."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def add(self, what: str, name: object) -> None:
        """Say something of a column."""
        self._names.setdefault(what, []).append(str(name)[:_MAX_NAME])

    def notes(self) -> list[str]:
        """Return a note for each thing said."""
        notes = []
        for what, names in self._names.items():
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            notes.append(f"{', '.join(names[:_NAMED])}{more}: {what}")
        return notes
