"""Which hosts the internet routes: told before `kernel.outward` calls one, and without its libraries."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

_INTERNAL: Final = (".localhost", ".local", ".internal", ".home.arpa")


def may_be_public(host: str) -> bool:
    """Tell whether a URL's host is a name, or an address that the internet routes.

    To refuse at once what can never be called; what a name leads to is found out
    when it is called.
    """
    try:
        return is_public(host)
    except ValueError:
        return host != "localhost" and "." in host and not host.endswith(_INTERNAL) and not host[-1].isdigit()


def is_public(address: str) -> bool:
    """Tell whether the internet routes an address; what embeds an IPv4 one counts as that."""
    found = ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None) or found
    inward = mapped.is_multicast or mapped.is_reserved or getattr(mapped, "is_site_local", False)
    return mapped.is_global and not inward
