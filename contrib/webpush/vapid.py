"""The key a push service knows the sender by: VAPID (RFC 8292)."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kernel import ConfigurationError

if TYPE_CHECKING:
    from kernel import Clock

_LIFE: Final = timedelta(hours=12)  # RFC 8292 2: at most 24 hours; half of it forgives clocks that differ
_SIZE: Final = 32  # bytes of a private key
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-5)
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


def encoded(data: bytes) -> str:
    """Return base64url without padding (RFC 7515 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return what base64url, padded or not, stands for; raise ValueError."""
    try:
        plain = text.rstrip("=").encode("ascii")
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as ex:
        raise ValueError("no base64url") from ex


class Vapid:
    """A key pair; signs who sends, for each push service by itself."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, subject: str, clock: Clock) -> None:
        self._key = key
        self._subject = subject
        self._clock = clock
        self.public_key = public_text(key)

    def authorization(self, endpoint: str) -> str:
        """Return the `Authorization` header for a request to an endpoint."""
        expires = int((self._clock.now() + _LIFE).timestamp())
        claims = {"aud": origin(endpoint), "exp": expires, "sub": self._subject}
        return f"vapid t={jwt.encode(claims, self._key, algorithm='ES256')}, k={self.public_key}"


def origin(url: str) -> str:
    """Return the origin of a URL as RFC 6454 writes it."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def made_key() -> ec.EllipticCurvePrivateKey:
    """Return a new private key."""
    return ec.generate_private_key(ec.SECP256R1())


def read_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Return the private key of the settings; raise ConfigurationError."""
    try:
        raw = decoded(text.strip())
        if len(raw) == _SIZE:
            return ec.derive_private_key(int.from_bytes(raw), ec.SECP256R1())
    except ValueError as ex:
        raise _unreadable() from ex
    raise _unreadable()


def derived_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """Return the key that a deployment's secret (hexadecimal) stands for, always the same."""
    return ec.derive_private_key(int(secret, 16) % (_ORDER - 1) + 1, ec.SECP256R1())


def private_text(key: ec.EllipticCurvePrivateKey) -> str:
    """Return a private key as the settings take it."""
    return encoded(key.private_numbers().private_value.to_bytes(_SIZE))


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the public key as browsers take it: `applicationServerKey`."""
    return encoded(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _unreadable() -> ConfigurationError:
    return ConfigurationError(
        "webpush.private_key is no key of P-256 in base64url: make one with `manage.py webpush keys`"
    )
