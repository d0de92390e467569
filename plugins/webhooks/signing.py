"""Standard Webhooks: secrets, and signatures of (id, timestamp, payload).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

Secrets are kept sealed (Fernet) under a key derived from `[kernel] secret_key`:
they must be read to sign, and a stolen dump of the database is not to sign.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from kernel import app

PREFIX: Final = "whsec_"
_BYTES: Final = 32  # the specification: between 24 and 64


def new_secret() -> str:
    """Return a secret as receivers are given it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def seal(secret: str) -> str:
    """Return a secret as it is stored."""
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str | None:
    """Return the secret; None when it was sealed under another `secret_key`."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def signatures(keys: Iterable[str], message_id: str, timestamp: int, payload: bytes) -> str:
    """Return the header: one `v1` signature a secret, separated by spaces; `timestamp` in seconds."""
    signed = f"{message_id}.{timestamp}.".encode() + payload
    return " ".join(f"v1,{_signature(key, signed)}" for key in keys)


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(app.secret("webhooks:seal"))))
