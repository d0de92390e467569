"""The tree of errors: what went wrong, with what, and what to do.

Three branches hang below `StoaError`:

* `ConfigurationError` — the operator's: settings, profiles, environment;
* `PluginError` — a plugin broke the contract; names the plugin, the phase and the remedy;
* `Problem` — the API client's: rendered as `application/problem+json` (RFC 9457).

A service raises a subclass of a `Problem`; it needs no web framework for that.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


class StoaError(Exception):
    """Base of every error Stoa raises on purpose."""


class ConfigurationError(StoaError):
    """A setting, profile or environment variable cannot be used as it is."""


class PluginError(StoaError):
    """A plugin cannot be used; reads `plugin: phase: what to do`."""

    def __init__(self, plugin: str, phase: str, remedy: str) -> None:
        super().__init__(f"{plugin}: {phase}: {remedy}")
        self.plugin = plugin
        self.phase = phase
        self.remedy = remedy


def raised_by(plugin: str, phase: str, ex: Exception) -> PluginError:
    """Return the fault an exception of a plugin's own code means, with its place."""
    if isinstance(ex, PluginError):
        return ex
    if isinstance(ex, ConfigurationError):  # the operator's to mend, and it says how
        return PluginError(plugin, phase, one_line(ex))
    frames = traceback.extract_tb(ex.__traceback__)
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    if isinstance(ex, SyntaxError):  # raised by the import system; the text it is about is what helps
        place = f" ({ex.filename}:{ex.lineno})"
    fault = PluginError(
        plugin, phase, f"raised {type(ex).__name__}: {one_line(ex)}{place}: mend it or disable it"
    )
    fault.__cause__ = ex
    return fault


def one_line(ex: BaseException) -> str:
    """Return an exception's message as one line."""
    return " ".join(str(ex).split()) or "without a message"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault in the input: a JSON Pointer (RFC 6901) and the remedy.

    `pointer` starts with `/` for the body; query, path and header faults use
    `parameter` instead and leave `pointer` empty.
    """

    detail: str
    pointer: str = ""
    parameter: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the member of `errors[]`, without empty keys."""
        shown = {"detail": self.detail, "pointer": self.pointer, "parameter": self.parameter}
        return {key: value for key, value in shown.items() if value}


class Problem(StoaError):  # noqa: N818 - RFC 9457's word
    """An error the API client gets as problem+json (RFC 9457).

    Subclass it in a plugin to name a rule: set `status`, `type` (a stable slug,
    rendered as `/problems/<type>`) and `title`; pass `detail` when raising.
    """

    status: ClassVar[int] = 500
    type: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Internal error"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extensions = extensions


class BadRequest(Problem):
    """The request cannot be read at all (syntax, framing, encoding)."""

    status, type, title = 400, "bad-request", "The request cannot be read"


class Unauthorized(Problem):
    """No usable credentials came with the request."""

    status, type, title = 401, "unauthorized", "Sign in first"


class Forbidden(Problem):
    """The caller is known and may not do this."""

    status, type, title = 403, "forbidden", "You may not do this"


class NotFound(Problem):
    """Unknown id, or an id of another scope: the two are indistinguishable."""

    status, type, title = 404, "not-found", "There is no such thing"


class MethodNotAllowed(Problem):
    """The path exists; the method does not."""

    status, type, title = 405, "method-not-allowed", "This method is not offered here"


class NotAcceptable(Problem):
    """No representation fits the Accept header."""

    status, type, title = 406, "not-acceptable", "No such representation"


class RequestTimeout(Problem):
    """The request did not arrive in time; send it again, faster."""

    status, type, title = 408, "request-timeout", "The request took too long to arrive"


class Conflict(Problem):
    """The state of the thing does not allow this now."""

    status, type, title = 409, "conflict", "This does not fit the present state"


class Gone(Problem):
    """It existed and is no more (an expired link, a purged file)."""

    status, type, title = 410, "gone", "This is gone"


class PreconditionFailed(Problem):
    """`If-Match` names another version: read again, then write."""

    status, type, title = 412, "precondition-failed", "Someone else changed this first"


class TooLarge(Problem):
    """The body is larger than the endpoint takes."""

    status, type, title = 413, "too-large", "The body is too large"


class TargetTooLong(Problem):
    """The request's target (path and query) is longer than 8,192 bytes."""

    status, type, title = 414, "target-too-long", "The address is too long"


class HeadTooLarge(Problem):
    """The headers are larger than `http.max_header_bytes`, or too many."""

    status, type, title = 431, "headers-too-large", "The headers are too large"


class UnsupportedMediaType(Problem):
    """The body is of a type the endpoint does not take."""

    status, type, title = 415, "unsupported-media-type", "This media type is not taken"


class RangeNotSatisfiable(Problem):
    """The Range header asks for bytes beyond the end."""

    status, type, title = 416, "range-not-satisfiable", "No such range"


class Invalid(Problem):
    """The body or a parameter breaks the schema or a rule; see `errors[]`."""

    status, type, title = 422, "invalid", "Some fields cannot be accepted"


class TooManyRequests(Problem):
    """The caller spent its allowance; `Retry-After` (seconds) is set."""

    status, type, title = 429, "too-many-requests", "Too many requests"

    def __init__(self, retry_after: int, detail: str = "", **extensions: Any) -> None:
        text = detail or f"Try again in {retry_after} seconds."
        super().__init__(text, headers={"Retry-After": str(retry_after)}, **extensions)
        self.retry_after = retry_after


class Unavailable(Problem):
    """A part the answer needs is away; try again."""

    status, type, title = 503, "unavailable", "Temporarily unavailable"


def invalid(pointer: str, detail: str) -> Invalid:
    """Return an `Invalid` about one field of the body, e.g. `/window/start`."""
    return Invalid(errors=(FieldError(detail, pointer=pointer),))
