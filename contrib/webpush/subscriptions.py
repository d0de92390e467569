"""Which subscriptions are taken: an endpoint is an address that a client gives us to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from contrib.webpush.vapid import decoded
from kernel import invalid, may_be_public

_AUTH_SIZE: Final = 16  # bytes (RFC 8291 3.2)
_ENDPOINT: Final = "/subscription/endpoint"


def check(endpoint: str, keys: Mapping[str, str], services: Sequence[str], *, private: bool) -> None:
    """Raise Invalid unless this is a subscription at one of the push services.

    `private` lets `http` and private addresses pass. A name that resolves to one
    is found out when it is called.
    """
    if not keys:
        raise invalid("/token", "Web Push takes a subscription, not a token.")
    _check_endpoint(endpoint, services, private=private)
    receiver_key(keys["p256dh"])
    auth_secret(keys["auth"])


def receiver_key(text: str) -> bytes:
    """Return a browser's public key, an uncompressed point of P-256; raise Invalid."""
    try:
        point = decoded(text)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as ex:
        raise invalid("/subscription/keys/p256dh", "This is no public key of P-256 in base64url.") from ex
    return point


def auth_secret(text: str) -> bytes:
    """Return a subscription's authentication secret; raise Invalid."""
    try:
        secret = decoded(text)
    except ValueError:
        secret = b""
    if len(secret) != _AUTH_SIZE:
        raise invalid("/subscription/keys/auth", f"These are not {_AUTH_SIZE} bytes in base64url.")
    return secret


def _check_endpoint(endpoint: str, services: Sequence[str], *, private: bool) -> None:
    parts = _split(endpoint)
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.username is not None or parts.password is not None:
        raise invalid(_ENDPOINT, "This is no address of a push service.")
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise invalid(_ENDPOINT, "It must begin with https://.")
    if not any(one in ("*", host) or host.endswith(f".{one}") for one in services):
        raise invalid(_ENDPOINT, f"{host} is not among the push services that are used here.")
    if not private and not may_be_public(host):
        raise invalid(_ENDPOINT, "This is no public address.")


def _split(endpoint: str) -> SplitResult:
    try:
        parts = urlsplit(endpoint)
        _ = parts.port
    except ValueError as ex:
        raise invalid(_ENDPOINT, "This is no URL.") from ex
    return parts
