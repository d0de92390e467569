"""Problem documents (RFC 9457): every error, rendered one way.

`problem_from` turns whatever was raised into a `Problem`; `render` writes it.
Only a bug of ours becomes a 500: it is logged with its stack, and its body says
nothing but the request id to quote.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

import falcon
import orjson
import peewee
import structlog

from kernel.errors import (
    BadRequest,
    Conflict,
    FieldError,
    Forbidden,
    Gone,
    Invalid,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    PreconditionFailed,
    Problem,
    RangeNotSatisfiable,
    RequestTimeout,
    TooLarge,
    Unauthorized,
    Unavailable,
    UnsupportedMediaType,
)
from kernel.storage.sqlstate import (
    DEADLOCK_DETECTED,
    LOCK_NOT_AVAILABLE,
    QUERY_CANCELED,
    SERIALIZATION_FAILURE,
    sqlstate,
)

if TYPE_CHECKING:
    from kernel.http.request import Request, Response

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class KeyRequired(BadRequest):
    """This endpoint is called with an `Idempotency-Key` only, so that a retry is harmless."""

    type, title = "idempotency-key-required", "An Idempotency-Key is needed"


class KeyInUse(Conflict):
    """The first request with this `Idempotency-Key` is still running; wait for it, then ask again."""

    type, title = "idempotency-key-in-use", "The first request with this key is still running"


class KeyReused(Invalid):
    """This `Idempotency-Key` was used with another body; use a new key for a new request."""

    type, title = "idempotency-key-reused", "This key belongs to another request"


class PluginUnavailable(Unavailable):
    """The plugin that answers here could not be started; the operator has to look."""

    type, title = "plugin-unavailable", "This part is out of order"


class InternalError(Problem):
    """A fault of ours; quote the request id when you report it."""

    status: ClassVar[int] = 500


_BY_STATUS: dict[int, type[Problem]] = {
    kind.status: kind
    for kind in (
        BadRequest,
        Unauthorized,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        NotAcceptable,
        RequestTimeout,
        Conflict,
        Gone,
        PreconditionFailed,
        TooLarge,
        UnsupportedMediaType,
        RangeNotSatisfiable,
        Invalid,
        Unavailable,
    )
}


def problem_from(error: BaseException) -> Problem:
    """Return the problem an exception amounts to, and log what an operator should see."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, falcon.HTTPError):
        return _from_falcon(error)
    if isinstance(error, peewee.DataError):
        # A net, not a rule: the schema should have refused it.
        log.warning("database_refused_a_value", error=str(error).strip(), exc_info=error)
        return Invalid(errors=(FieldError("A value is outside what can be stored."),))
    if isinstance(error, peewee.OperationalError):
        return _from_database(error)
    log.error("request_failed", exc_info=error)
    return InternalError("Something went wrong on our side.")


_IN_EACH_OTHERS_WAY = {
    QUERY_CANCELED: ("statement_timed_out", "This took the database too long."),
    LOCK_NOT_AVAILABLE: ("lock_timed_out", "Others are changing the same thing; try again."),
    SERIALIZATION_FAILURE: ("transaction_conflicted", "Others changed the same thing; try again."),
    DEADLOCK_DETECTED: ("transaction_conflicted", "Others changed the same thing; try again."),
}
"""By SQLSTATE: what the log and the client are told of a statement PostgreSQL gave up."""


def _from_database(error: peewee.OperationalError) -> Unavailable:
    event, detail = _IN_EACH_OTHERS_WAY.get(sqlstate(error), ("database_unavailable", ""))
    log.error(event, exc_info=error)
    return Unavailable(detail, headers={"Retry-After": "1"})


def _from_falcon(error: falcon.HTTPError) -> Problem:
    status = error.status_code
    kind = _BY_STATUS.get(status) or (
        BadRequest if status < HTTPStatus.INTERNAL_SERVER_ERROR else InternalError
    )
    headers = {str(name): str(value) for name, value in dict(error.headers or {}).items()}
    return kind(error.description or "", headers=headers)


def document(problem: Problem, request_id: str) -> dict[str, Any]:
    """Return the members of a problem document."""
    shown: dict[str, Any] = {
        "type": f"/problems/{problem.type}",
        "title": problem.title,
        "status": problem.status,
        "request_id": request_id,
    }
    if problem.detail:
        shown["detail"] = problem.detail
    if problem.errors:
        shown["errors"] = [each.as_dict() for each in problem.errors]
    return problem.extensions | shown


_SHED = (
    "etag",
    "location",
    "content-type",
    "content-encoding",
    "content-disposition",
    "content-length",
    "vary",
    "last-modified",
    "accept-ranges",
    "content-range",
)


def render(req: Request, resp: Response, problem: Problem) -> None:
    """Write a problem as the response, in place of whatever was there."""
    resp.status = problem.status
    resp.text = resp.stream = None
    resp.data = orjson.dumps(document(problem, req.id), default=str)
    resp.problem = problem.type
    headers = resp._headers  # noqa: SLF001 - PERF: see kernel.http.envelope
    for name in _SHED:
        headers.pop(name, None)
    headers["content-type"] = MEDIA_TYPE
    headers["cache-control"] = "no-store"
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    for name, value in problem.headers.items():
        headers[name.lower()] = value


def kinds() -> dict[str, type[Problem]]:
    """Return every kind of problem there is, by slug: the kernel's and the plugins'."""
    found: dict[str, type[Problem]] = {}
    waiting: list[type[Problem]] = [Problem]
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.type, kind)
        waiting.extend(kind.__subclasses__())
    return dict(sorted(found.items()))
