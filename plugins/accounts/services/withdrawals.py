"""External identities that were taken back, so that an old token opens nothing anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from kernel import app
from plugins.accounts.models import WithdrawnIdentity
from plugins.accounts.problems import TokenRefused


def lock(issuer: str, subject: str) -> None:
    """Hold an identity to the end of the transaction: one opens, links or withdraws it at a time."""
    app.db.rows("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"{issuer} {subject}",))


def note(identities: Iterable[tuple[str, str]]) -> None:
    """Write down that these (issuer, subject) were taken back now."""
    now = app.clock.now()
    rows = [{"digest": _digest(*one), "withdrawn_at": now} for one in identities]
    if rows:
        WithdrawnIdentity.insert_many(rows).on_conflict(
            conflict_target=[WithdrawnIdentity.digest], update={WithdrawnIdentity.withdrawn_at: now}
        ).execute()


def refuse_withdrawn(issuer: str, subject: str, authenticated_at: datetime | None) -> None:
    """Raise TokenRefused when the identity was taken back after the person signed in at the provider.

    Somebody who signed in there anew since then may come back; None is never new.
    """
    found = WithdrawnIdentity.get_or_none(WithdrawnIdentity.digest == _digest(issuer, subject))
    if found is not None and (authenticated_at is None or authenticated_at <= found.withdrawn_at):
        raise TokenRefused("This identity was taken off its account; sign in at the provider anew.")


def _digest(issuer: str, subject: str) -> str:
    return hashlib.sha256(f"{issuer} {subject}".encode()).hexdigest()
