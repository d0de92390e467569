"""A sign-in that waits for its second half, found again by a secret.

Each holder has 256 random bits; the row keeps their SHA-256. A challenge is
taken once: the DELETE that finds it is the check.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import UUID

from kernel import app, uuid7
from plugins.accounts.models import Challenge

LIFETIME: Final = {"mfa": timedelta(minutes=5), "external": timedelta(minutes=10)}
MAX_ATTEMPTS: Final = 5
Kind = Literal["mfa", "external"]


def open_challenge(kind: Kind, user_id: UUID | None = None, **data: Any) -> str:
    """Store a challenge with `data` (JSON); return its token `<id>.<secret>`."""
    secret = secrets.token_urlsafe(32)
    row = Challenge.create(
        id=uuid7(), kind=kind, digest=_digest(secret), user=user_id, data=data,
        expires_at=app.clock.now() + LIFETIME[kind],
    )  # fmt: skip
    return f"{row.id.hex}.{secret}"


def take(kind: Kind, token: str) -> Challenge | None:
    """Return the challenge and end it, once; None when unknown, spent or expired."""
    found = _parts(token)
    if found is None:
        return None
    gone = (
        Challenge.delete()
        .where(Challenge.id == found[0], Challenge.kind == kind, Challenge.digest == found[1])
        .where(Challenge.expires_at > app.clock.now())
        .returning(Challenge)
        .execute()
    )
    return next(iter(gone), None)


def attempt(kind: Kind, token: str) -> Challenge | None:
    """Return the challenge after counting one more try; None when it has none left."""
    found = _parts(token)
    if found is None:
        return None
    tried = (
        Challenge.update({Challenge.attempts: Challenge.attempts + 1})
        .where(Challenge.id == found[0], Challenge.kind == kind, Challenge.digest == found[1])
        .where(Challenge.expires_at > app.clock.now(), Challenge.attempts < MAX_ATTEMPTS)
        .returning(Challenge)
        .execute()
    )
    return next(iter(tried), None)


def purge() -> int:
    """Delete what expired; return how many."""
    return int(Challenge.delete().where(Challenge.expires_at <= app.clock.now()).execute())


def same(left: str, right: str) -> bool:
    """Compare two texts in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _parts(token: str) -> tuple[UUID, str] | None:
    """Return a token's id and digest; None when it has another shape."""
    head, _, secret = token.partition(".")
    try:
        return UUID(hex=head), _digest(secret)
    except (ValueError, UnicodeEncodeError):
        return None
