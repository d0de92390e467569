"""Which pages of other sites may connect: `http.cors_origins`, as for the API.

Polling is ruled by CORS, which browsers enforce. They do not for a WebSocket,
so there the server looks at `Origin` itself (RFC 6455 §10.2). The own host's
pages are allowed on any port: many proxies pass `Host` on without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit


class Origins:
    """The allowed origins; a client without `Origin` is no browser and always allowed."""

    def __init__(self, origins: Sequence[str], max_age: int) -> None:
        """Allow `origins` (`["*"]`: any); browsers keep a preflight's answer `max_age` seconds."""
        self._allowed = frozenset(each.rstrip("/") for each in origins)
        self._anyone = "*" in origins
        self._age = str(max_age)

    def allow(self, environ: Mapping[str, Any]) -> bool:
        """Tell whether a WebSocket may be opened: an allowed origin's, or this host's own."""
        origin = environ.get("HTTP_ORIGIN")
        if not origin or self._anyone or origin in self._allowed:
            return True
        own = _host(f"//{environ.get('HTTP_HOST', '')}")
        return own is not None and _host(origin) == own

    def headers(self, environ: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return the CORS headers of an answer (the Fetch standard)."""
        if not self._allowed:
            return []
        headers = [] if self._anyone else [("Vary", "Origin")]
        origin = environ.get("HTTP_ORIGIN")
        if not origin or not (self._anyone or origin in self._allowed):
            return headers
        headers.append(("Access-Control-Allow-Origin", "*" if self._anyone else origin))
        if environ["REQUEST_METHOD"] == "OPTIONS":
            asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
            headers += [
                ("Access-Control-Allow-Methods", "GET, POST"),
                ("Access-Control-Allow-Headers", asked or "Authorization, Content-Type"),
                ("Access-Control-Max-Age", self._age),
            ]
        return headers


def _host(url: str) -> str | None:
    """Return the host of a URL in lower case; None when it has none."""
    try:
        return urlsplit(url).hostname
    except ValueError:  # brackets that are no address
        return None
