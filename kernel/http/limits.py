"""Rate limits on requests: leaky buckets per client address or per principal.

An endpoint without a `Rate` has the default one, `[http] rate_limit` a minute,
in a bucket shared by all such endpoints; one with a `Rate` has its own bucket.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache

from kernel.errors import TooManyRequests
from kernel.http.endpoint import UNLIMITED, Rate
from kernel.http.request import Request, Response
from kernel.http.stack import Stack

Limit = Callable[[Request, Response], None]


def limit_for(rate: Rate | None, name: str, stack: Stack) -> Limit | None:
    """Return the check of an endpoint's rate, None when there is nothing to check."""
    settings = stack.settings
    if rate == UNLIMITED or not (settings.rate_limits or stack.production):
        return None
    rate, prefix = (rate, f"http:{name}:") if rate else (Rate(settings.rate_limit), "http:")
    hit, count, per, cost, shown = stack.limiter.hit, rate.count, rate.per, rate.cost, str(rate.count)
    key_of = _principal_key if rate.by == "principal" else _client_key

    def check(req: Request, resp: Response) -> None:
        decision = hit(prefix + key_of(req), count, per, cost)
        headers = resp._headers  # noqa: SLF001 - PERF: see kernel.http.envelope
        headers["ratelimit-limit"] = shown
        headers["ratelimit-remaining"] = str(decision.remaining)
        headers["ratelimit-reset"] = str(decision.reset)
        if not decision.allowed:
            raise TooManyRequests(max(1, decision.retry_after))

    return check


def _client_key(req: Request) -> str:
    ip = req.client_ip
    return network_of(ip) if ":" in ip else ip


def _principal_key(req: Request) -> str:
    principal = req.principal
    return str(principal.id) if principal.id else _client_key(req)


@lru_cache(maxsize=4096)
def network_of(ip: str) -> str:
    """Return the /64 of an IPv6 address: one subscriber line holds all of it."""
    try:
        address = ipaddress.IPv6Address(ip.partition("%")[0])
    except ValueError:
        return ip
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
