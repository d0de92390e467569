"""Sessions of ours that were opened by a provider's, so that they end together.

`reference` names the provider's session: issuer and session id. Opening and
ending take the same lock, so a session opened while it ends is not left behind.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from peewee import ModelSelect

from kernel import app
from plugins.accounts.models import ExternalSession
from plugins.accounts.problems import TokenRefused

ENDED_FOR = timedelta(days=7)  # a provider's tokens live far shorter than that


def bind(reference: str, session_id: UUID) -> None:
    """Let a session end with the provider's; in a transaction. Raises TokenRefused when that has ended."""
    _lock(reference)
    if has_ended(reference):
        raise TokenRefused("The session at the identity provider has ended; sign in there anew.")
    ExternalSession.create(reference=reference, session_id=session_id)


def end(reference: str) -> int:
    """End the provider's session here: its tokens and our sessions; return how many of the latter."""
    with app.db.atomic():
        _lock(reference)
        bound = [row.session_id for row in _of(reference) if row.session_id is not None]
        if not has_ended(reference):
            ExternalSession.create(reference=reference, ended_at=app.clock.now())
        return sum(app.auth.revoke_session(session_id) for session_id in bound)


def has_ended(reference: str) -> bool:
    """Say whether the provider told that its session is over."""
    return bool(_of(reference).where(ExternalSession.ended_at.is_null(False)).exists())


def purge() -> int:
    """Delete what no living session or token refers to; return how many rows."""
    now = app.clock.now()
    opened = now - timedelta(seconds=app.settings.auth.session_ttl)
    old = (ExternalSession.ended_at <= now - ENDED_FOR) | (ExternalSession.created_at <= opened)
    return int(ExternalSession.delete().where(old).execute())


def _of(reference: str) -> ModelSelect[ExternalSession]:
    return ExternalSession.select().where(ExternalSession.reference == reference)


def _lock(reference: str) -> None:
    app.db.rows("SELECT pg_advisory_xact_lock(hashtext(%s))", (reference,))
