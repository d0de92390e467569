"""Which addresses are taken: somebody else names them, and this server calls them.

A name that resolves to a private address is found out when it is called
(`transport`), not here: it may resolve to another one then.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

from kernel import app, invalid, may_be_public
from plugins.webhooks.settings import WebhooksSettings

LONGEST: Final = 2000


def check(url: str) -> str:
    """Return the address; raise Invalid at `/url` for one that will not be called."""
    private = app.settings.of(WebhooksSettings).allow_private
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise invalid("/url", "It must begin with https://.")
    if not host or parts.username is not None or parts.password is not None:
        raise invalid("/url", "Name a host, without a user or password.")
    if parts.fragment:
        raise invalid("/url", "An address that is called has no fragment.")
    if not private and not may_be_public(host):
        raise invalid("/url", "This is no public address.")
    return url


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as ex:
        raise invalid("/url", "This is no URL.") from ex
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise invalid("/url", f"Write at most {LONGEST} visible ASCII characters (names in Punycode).")
    return parts
