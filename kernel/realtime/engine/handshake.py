"""What is kept of the request that opened a session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

HEADERS = (
    "authorization",
    "cookie",
    "host",
    "origin",
    "traceparent",
    "user-agent",
    "x-forwarded-proto",
    "x-request-id",
)
_VARIABLES = tuple((name, "HTTP_" + name.upper().replace("-", "_")) for name in HEADERS)
_KEPT = 4096  # characters of a header that are kept


@dataclass(frozen=True, slots=True)
class Handshake:
    """The first request of a session; header names in lower case, `HEADERS` only."""

    headers: dict[str, str]
    query: dict[str, str]
    ip: str
    user_agent: str
    origin: str


def handshake(
    environ: Mapping[str, Any], query: dict[str, str], address: Callable[[Mapping[str, Any]], str]
) -> Handshake:
    """Return what outlives the request."""
    headers = {name: environ[variable] for name, variable in _VARIABLES if variable in environ}
    agent = _shared(headers.pop("user-agent", "")[:_KEPT])
    if agent:
        headers["user-agent"] = agent
    return Handshake(headers, query, address(environ), agent, headers.get("origin", ""))


@lru_cache(maxsize=1024)
def _shared(value: str) -> str:
    """Return the one copy of a value that many clients send alike."""
    return value


def query_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """Return the query's parameters; of a repeated one the last, of too many none beyond the 64th."""
    raw = environ.get("QUERY_STRING", "")
    if raw.count("&") < 64 and "%" not in raw and "+" not in raw:  # noqa: PLR2004 - as below
        # PERF: nothing to decode, as in what Socket.IO's clients send by themselves
        pairs = [pair.partition("=") for pair in raw.split("&") if pair]
        return {name: value for name, _, value in pairs}
    return dict(parse_qsl("&".join(raw.split("&", 64)[:64]), keep_blank_values=True))
