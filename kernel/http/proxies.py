"""The caller's address and request id, as far as they can be believed.

`X-Forwarded-For` is a list each proxy appends to. With `trusted_proxies = n`,
the n-th entry from the right was written by our outermost proxy about its peer;
everything left of it is whatever the client liked to send.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

ClientAddress = Callable[[Mapping[str, Any]], str]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:+/=-]{8,128}")


def client_address(trusted: int) -> ClientAddress:
    """Return the function from a WSGI environment to the client's address."""
    if not trusted:
        return lambda env: env.get("REMOTE_ADDR") or ""

    def through_proxies(env: Mapping[str, Any]) -> str:
        peer: str = env.get("REMOTE_ADDR") or ""
        chain = [each.strip() for each in env.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
        if not chain:
            return peer
        # A chain shorter than configured was written by our own proxies only: its first entry is the client.
        return _plain(chain[-min(trusted, len(chain))]) or peer

    return through_proxies


def _plain(entry: str) -> str:
    """Return the address of one entry, without port and brackets; empty when it is none."""
    host = entry[1:].partition("]")[0] if entry.startswith("[") else entry
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


def inbound_request_id(env: Mapping[str, Any]) -> str:
    """Return the client's `X-Request-Id` when it is 8–128 harmless characters, else an empty string."""
    given = env.get("HTTP_X_REQUEST_ID", "")
    return given if given and _REQUEST_ID.fullmatch(given) else ""
