"""Requests to addresses that clients name: never inward, never redirected.

APPSEC: `requests-hardened` resolves the name once, checks that address (private,
loopback, link-local, multicast, NAT64, 6to4 and IPv4-mapped ones are refused)
and connects to this very address, so a name that answers differently a moment
later (DNS rebinding) gains nothing. TLS still verifies the name. OWASP: Server
Side Request Forgery Prevention.
"""

from __future__ import annotations

from typing import Any, Final

from requests import Session
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from kernel.addresses import is_public

CONNECT: Final = 3.05  # seconds; just above one TCP retransmission

AddressRefused = InvalidIPAddress
"""What a request raises whose name does not lead to a public address."""


class _Outward(IPFilterAdapter):  # type: ignore[misc]  # the library has no types
    """The library's filter, and what Python's own tables call no public address."""

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        """Return where to connect to; raise AddressRefused."""
        host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
        if not is_public(host["host"].strip("[]")):
            raise InvalidIPAddress(host["host"])
        return host, pool


def outward_session(*, timeout: float, private: bool = False, agent: str = "Stoa") -> Session:
    """Return a `requests` session for addresses that clients name.

    `timeout` are the seconds one read may take; bound the whole yourself, a peer
    may drip. `private` lets every address pass, for development. A request to an
    address the internet does not route raises `AddressRefused`.
    """
    session: Session = HTTPSession(
        Config(
            ip_filter_enable=not private,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(min(CONNECT, timeout), timeout),
            user_agent_override=agent,
        )
    )
    if not private:
        session.mount("https://", _Outward(is_https_proto=True))
        session.mount("http://", _Outward(is_https_proto=False))
    session.trust_env = False  # APPSEC: no proxy that would resolve the name again, no .netrc
    return session
