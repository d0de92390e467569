"""Problems as sockets get them: the members of problem+json, in an acknowledgement."""

from __future__ import annotations

from typing import Any

from kernel import context
from kernel.errors import Conflict, NotFound, Problem
from kernel.http.problems import document


class UnknownEvent(NotFound):
    """The namespace takes no event of this name; the detail names the nearest."""

    type, title = "unknown-event", "There is no such event"


class TooManyRooms(Conflict):
    """The socket is in as many rooms as one socket may be: leave some first."""

    type, title = "too-many-rooms", "This socket is in too many rooms"


class OtherAccount(Conflict):
    """The token is another account's: disconnect, and connect as that one."""

    type, title = "other-account", "This token belongs to another account"


def described(problem: Problem) -> dict[str, Any]:
    """Return a problem as sockets get it; `retry_after` (seconds) where HTTP has a header."""
    shown = document(problem, context.correlation_id.get())
    if "Retry-After" in problem.headers:
        shown["retry_after"] = int(problem.headers["Retry-After"])
    return shown


def refused(problem: Problem) -> dict[str, Any]:
    """Return the acknowledgement of an event that failed."""
    return {"ok": False, "error": described(problem)}


def accepted(data: Any) -> dict[str, Any]:
    """Return the acknowledgement of an event that was done."""
    return {"ok": True, "data": data}
