"""Digests and keys derived from the deployment's one secret.

A random 256-bit token needs no slow hash: SHA-256 keeps it unreadable in the
database. Six digits do: they are keyed with the secret, so that a stolen table
cannot be searched.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derived_key(secret: str, purpose: str, salt: bytes = b"") -> bytes:
    """Return 32 bytes for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), 32, salt or None, f"stoa {purpose}".encode()).derive(secret.encode())


def digest_of(token: str) -> str:
    """Return the hex SHA-256 of a random token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def keyed_digest(key: bytes, *parts: str) -> str:
    """Return the hex HMAC-SHA256 of the parts, each prefixed by its length."""
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        mac.update(len(raw).to_bytes(8) + raw)
    return mac.hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def random_token() -> str:
    """Return 256 random bits, base64url without padding (43 characters)."""
    return secrets.token_urlsafe(32)


def derived_token(key: bytes, *parts: str) -> str:
    """Return a token as long as a random one, the same for the same parts."""
    return urlsafe_b64encode(bytes.fromhex(keyed_digest(key, *parts))).rstrip(b"=").decode()
