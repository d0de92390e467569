"""Keep what must be read back, but not from a stolen dump of the database.

Authenticator secrets are sealed with a key derived from `[kernel] secret_key`
(Fernet). Recovery codes are only ever compared, so they are kept as keyed
hashes. Changing `secret_key` makes both useless: people enrol again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from kernel import app


def _key(purpose: str) -> bytes:
    return bytes.fromhex(app.secret(f"accounts:{purpose}"))


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key("seal")))


def seal(text: str) -> str:
    """Return `text` encrypted and authenticated."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """Return the text; None when it was sealed under another `secret_key`."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def fingerprint(text: str) -> str:
    """Return a keyed hash of `text`, 64 hexadecimal digits."""
    return hmac.new(_key("fingerprint"), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
