"""The request and the response responders see: falcon's, and what Stoa adds.

Dispatch fills the added attributes before the responder runs. They have slots,
so a request costs no dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import falcon

from kernel.errors import BadRequest, PreconditionFailed

if TYPE_CHECKING:
    from kernel.auth.principals import Principal
    from kernel.http.endpoint import Endpoint


class WsgiHeaders(Mapping[str, str]):
    """The request headers, lower-cased, read from the WSGI environment without a copy."""

    __slots__ = ("_env",)

    def __init__(self, env: Mapping[str, Any]) -> None:
        self._env = env

    def __getitem__(self, name: str) -> str:
        value: str = self._env[_wsgi_name(name)]
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """Return a header's value, or `default`; `name` is lower-case."""
        return self._env.get(_WSGI_NAMES.get(name) or _wsgi_name(name), default)

    def __iter__(self) -> Iterator[str]:
        for key in self._env:
            if key.startswith("HTTP_"):
                yield key[5:].replace("_", "-").lower()
            elif key in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
                yield key.replace("_", "-").lower()

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _wsgi_name(name: str) -> str:
    upper = name.upper().replace("-", "_")
    return upper if upper in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{upper}"


_WSGI_NAMES = {name: _wsgi_name(name) for name in ("authorization", "x-api-key", "user-agent", "accept")}


class Request(falcon.Request):
    """A request: `falcon.Request` with what the endpoint's declaration yields.

    * `id` — the request id (a client's `X-Request-Id`, or a new UUIDv7);
    * `client_ip` — the caller's address through the configured trusted proxies;
    * `principal` — who calls; anonymous without credentials;
    * `payload` — the bytes of a body with a declared schema;
    * `body`, `query` — the validated dicts of the declared schemas, else empty;
    * `if_match` — the version named by `If-Match`, None without one;
    * `endpoint` — the declaration that matched, None on an unknown path.
    """

    __slots__ = (
        "body",
        "client_ip",
        "endpoint",
        "id",
        "if_match",
        "payload",
        "principal",
        "query",
        "started",
    )

    id: str
    client_ip: str
    principal: Principal
    payload: bytes
    body: dict[str, Any]
    query: dict[str, Any]
    if_match: int | None  # type: ignore[assignment]  # falcon has the parsed tags under this name
    endpoint: Endpoint | None
    started: float

    @property
    def lower_headers(self) -> WsgiHeaders:
        """The headers as a mapping of lower-cased names."""
        return WsgiHeaders(self.env)

    def require_match(self, version: int) -> None:
        """Raise PreconditionFailed when `If-Match` names another version than `version`."""
        if self.if_match is not None and self.if_match != version:
            raise PreconditionFailed


class Response(falcon.Response):
    """A response: `falcon.Response`; what the responder returns becomes its body."""

    __slots__ = ("encodable", "problem")

    def __init__(self, options: falcon.ResponseOptions | None = None) -> None:
        super().__init__(options)
        self.encodable = True  # False: leave the bytes as they are, whatever their type
        self.problem: str = ""  # the slug of the problem this response tells, for logs and metrics


def read_version(header: str) -> int | None:
    """Return the version an `If-Match` names; None for `*` or an absent header.

    Tags look like `"<version>"` or `"<version>.<digest>"` (see `kernel.http.etags`).
    Anything else names nothing that exists: PreconditionFailed (RFC 9110 §13.1.1).
    """
    if not header or header.strip() == "*":
        return None
    if "," in header:
        raise BadRequest("If-Match takes one entity tag here")
    text = header.strip().removeprefix("W/").strip('"').partition(".")[0]
    if not text.isascii() or not text.isdigit() or len(text) > 18:  # noqa: PLR2004 - digits of a bigint
        raise PreconditionFailed
    return int(text)
