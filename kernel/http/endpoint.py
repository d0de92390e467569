"""The declaration that stands on every responder.

One `@endpoint` drives validation, enforcement, the OpenAPI document and the
contract tests. The decorator only attaches the declaration; the responder stays
a plain method, and `kernel.http.dispatch` compiles the two into one function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from marshmallow import Schema

from kernel.errors import Problem
from kernel.http.page import PageOf

if TYPE_CHECKING:
    from kernel.http.request import Request

PUBLIC: Final = "public"
"""Permission of an endpoint anyone may call, with or without credentials."""

ANONYMOUS: Final = "anonymous"
"""Permission of an endpoint that never reads credentials, so that stale ones cannot refuse it.

For what establishes credentials (sign-in, refresh, a link's token) or has none
to do with them (probes). Every caller is nobody there.
"""

AUTHENTICATED: Final = "authenticated"
"""Permission of an endpoint every signed-in principal may call; an API key bound to others must name it."""

OPEN: Final = frozenset({PUBLIC, ANONYMOUS})
"""The permissions that let anyone in."""

UNREGISTERED: Final = OPEN | {AUTHENTICATED}
"""The permissions no plugin registers."""

METHODS: Final = ("get", "post", "put", "patch", "delete")
BODY_METHODS: Final = frozenset({"post", "put", "patch", "delete"})

Responder = TypeVar("Responder", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` calls per `per` seconds, as a leaky bucket of this endpoint's own.

    One call costs `cost`. `by="client"` counts per client address, before
    authentication; `by="principal"` per caller, after it.
    """

    count: int
    per: float = 60
    cost: int = 1
    by: Literal["client", "principal"] = "client"


UNLIMITED: Final = Rate(0)
"""No limit at all: for probes, assets, and files behind a signature."""


@dataclass(frozen=True, slots=True)
class Cached:
    """Keep the answer's bytes in the application's cache for `seconds`.

    `tags` name what the answer depends on; a tag may use path parameters
    (`"note:{note_id}"`) and `app.cache.invalidate_tags` drops all answers
    under it. `per="all"` shares one answer among all callers: the handler then
    runs with an anonymous principal, so it cannot depend on who asked.
    `per="principal"` keeps one for each caller. A function of the request names
    whom the caller shares an answer with: all that get the same text from it, which
    must tell everything of the caller that the answer depends on; None keeps the
    answer for this caller alone. It runs before the query is validated, at each
    request, so it is to be quick; what it found, the handler takes from `req.context`
    rather than anew, for it may have changed by then.
    `client` is for how many seconds browsers and proxies may reuse it unasked.
    """

    seconds: float
    tags: tuple[str, ...] = ()
    per: Literal["all", "principal"] | Callable[[Request], str | None] = "all"
    client: int = 0


@dataclass(frozen=True, slots=True, init=False)
class Binary:
    """A response that is not JSON: a file, a page, an export.

    The responder returns `bytes`, `str`, an iterator of bytes, or None after
    having set `resp.stream` or `resp.data` itself. `media_types` document what
    may come; the first is the default `Content-Type`.
    """

    media_types: tuple[str, ...]

    def __init__(self, *media_types: str) -> None:
        object.__setattr__(self, "media_types", media_types or ("application/octet-stream",))


Response = type[Schema] | PageOf | Binary | None
Scope = Callable[..., str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What a responder takes, answers and demands; as a decorator it puts itself on one.

    * `summary` — one line for the reference; `description` (default: the
      responder's docstring) — the rest, Markdown.
    * `permission` — `PUBLIC`, `ANONYMOUS` (public, and credentials are not read),
      `AUTHENTICATED` or `"<plugin>:<action>"`; `scope` —
      `scope(req, **path_params) -> "tenant:0190…" | None`, where to look the permission up.
    * `body`, `query` — schemas; the validated dicts are `req.body` and `req.query`.
    * `response` — schema of the returned value, `page_of(Schema)`, `Binary(…)`, or
      None (204); `status` — default 200, or 204 without a response.
    * `rate` — in place of the default limit; `idempotent` — honour `Idempotency-Key`
      (`"required"`: refuse a call without); the responder then runs in a transaction.
    * `cached` — keep the answer; `etag` — send `ETag`, answer `If-None-Match`,
      read `If-Match` into `req.if_match`.
    * `errors` — `Problem` subclasses the responder may raise, for the reference.
    * `max_body` — bytes (default `[http] max_body_bytes`); `consumes` — media types
      of a body the responder reads itself from `req.stream`.
    * `statements` — most SQL statements one call may run, checked by the contract suite.
    * `step_up` — demand a recent second factor.
    """

    summary: str
    permission: str
    body: type[Schema] | Schema | None = None
    query: type[Schema] | None = None
    response: Response = None
    status: int = 0
    scope: Scope | None = None
    rate: Rate | None = None
    idempotent: bool | Literal["required"] = False
    cached: Cached | None = None
    etag: bool = False
    errors: Sequence[type[Problem]] = ()
    max_body: int | None = None
    consumes: Sequence[str] = ()
    statements: int = 20
    step_up: bool = False
    deprecated: bool = False
    description: str = ""
    examples: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fill in the status that follows from the response; keep what cannot change."""
        status = self.status or (204 if self.response is None else 200)
        kept = {"status": status, "errors": tuple(self.errors), "consumes": tuple(self.consumes)}
        for name, value in kept.items():
            object.__setattr__(self, name, value)

    def __call__(self, responder: Responder) -> Responder:
        """Declare it on a responder."""
        responder.__endpoint__ = self  # type: ignore[attr-defined]
        return responder

    def faults(self, method: str) -> list[str]:
        """Return what is wrong with this declaration on `on_<method>`, one line each."""
        checks = (
            (not self.summary.strip(), "has no summary"),
            (
                self.permission not in UNREGISTERED and ":" not in self.permission,
                f"permission {self.permission!r} is neither '<plugin>:<action>' nor PUBLIC or the like",
            ),
            (self.body is not None and method not in BODY_METHODS, f"{method.upper()} takes no body"),
            (self.body is not None and bool(self.consumes), "declares both body and consumes"),
            (
                bool(self.idempotent) and method not in BODY_METHODS,
                f"{method.upper()} is idempotent by nature",
            ),
            (self.step_up and self.permission in OPEN, "step_up needs a permission"),
            (
                self.permission == ANONYMOUS and self.rate is not None and self.rate.by == "principal",
                'rate by="principal" needs credentials, which ANONYMOUS does not read',
            ),
            (bool(self.idempotent) and bool(self.consumes), "a streamed body cannot be replayed by key"),
            (self.cached is not None and method != "get", "only GET can be cached"),
            (
                self.scope is not None and self.permission in UNREGISTERED,
                "scope needs a permission '<plugin>:<action>'",
            ),
            (self.response is None and self.status == 200, "200 without a response: declare one or use 204"),  # noqa: PLR2004
        )
        return [text for wrong, text in checks if wrong]


endpoint = Endpoint
"""The decorator: `@endpoint(summary=…, permission=…, …)`; see `Endpoint`."""


def endpoints_of(resource: object) -> dict[str, Endpoint | None]:
    """Return the declaration of every `on_<method>` of a resource, None where it is missing."""
    found = ((method, getattr(resource, f"on_{method}", None)) for method in METHODS)
    return {method: getattr(on, "__endpoint__", None) for method, on in found if callable(on)}
