"""How an execution ended: the body of a result frame."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Failure:
    """wire.Failure: an exception, or an operation refused."""

    name: str
    message: str
    traceback: str = ""
    hint: str = ""

    def body(self) -> dict[str, str]:
        """Return its JSON."""
        body = {"name": self.name, "message": self.message}
        if self.traceback:
            body["traceback"] = self.traceback
        if self.hint:
            body["hint"] = self.hint
        return body


@dataclass
class Outcome:
    """wire.Result, as far as the kernel fills it."""

    value: str = ""
    error: Failure | None = None
    data: Any = None
    more_charts: int = 0

    def body(self) -> dict[str, Any]:
        """Return its JSON."""
        body: dict[str, Any] = {"status": "error" if self.error else "ok"}
        if self.value:
            body["value"] = self.value
        if self.error is not None:
            body["error"] = self.error.body()
        if self.data is not None:
            body["data"] = self.data
        if self.more_charts:
            body["more_charts"] = self.more_charts
        return body


class RefusedError(Exception):
    """An operation that cannot be done, in words for the user: no traceback, no cause of ours."""

    def __init__(self, name: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.failure = Failure(name, message, hint=hint)
