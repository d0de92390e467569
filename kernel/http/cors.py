"""Cross-origin requests (the Fetch standard's CORS protocol).

Credentials travel in the `Authorization` header, never in a cookie, so an allowed
origin gets no `Access-Control-Allow-Credentials`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kernel.http.request import Response

_EXPOSED = (
    "ETag, Location, Link, Retry-After, X-Request-Id, Idempotency-Replayed, Content-Disposition, "
    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
)

Cors = Callable[[Mapping[str, Any], Response], None]


def cors(origins: Sequence[str], max_age: int) -> Cors | None:
    """Return what adds the headers an allowed origin needs; None when no origin is allowed."""
    if not origins:
        return None
    allowed, anyone, age = frozenset(each.rstrip("/") for each in origins), "*" in origins, str(max_age)

    def apply(env: Mapping[str, Any], resp: Response) -> None:
        headers = resp._headers  # noqa: SLF001 - PERF: see kernel.http.envelope
        if not anyone:
            headers["vary"] = "Origin"
        origin = env.get("HTTP_ORIGIN")
        if not origin or not (anyone or origin in allowed):
            return
        headers["access-control-allow-origin"] = "*" if anyone else origin
        headers["access-control-expose-headers"] = _EXPOSED
        if env["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in env:
            headers["access-control-max-age"] = age
            asked = env.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
            headers["access-control-allow-headers"] = asked or "Authorization"

    return apply
