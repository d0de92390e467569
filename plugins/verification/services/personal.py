"""What is stored about a person: hand it over, or erase it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from plugins.media import api as media
from plugins.verification.models import Change, Note, Request
from plugins.verification.services.rows import OWNER_TYPE


def export(user_id: UUID) -> dict[str, Any]:
    """Return a person's requests with all they handed over, and the notes they wrote as a reviewer."""
    requests = Request.select().where(Request.requester_id == user_id).order_by(Request.id)
    notes = Note.select().where(Note.author_id == user_id).order_by(Note.id)
    kept = ("id", "kind", "subject", "status", "steps", "queued_at", "decided_at", "reason", "expires_at")
    return {
        "requests": [{name: row.__data__[name] for name in kept} for row in requests],
        "notes": [
            {"request_id": row.__data__["request"], "text": row.text, "at": row.created_at} for row in notes
        ],
    }


def erase(user_id: UUID) -> None:
    """Delete a person's requests; in those of others the person is nobody. A second time changes nothing."""
    own = list(Request.select().where(Request.requester_id == user_id).order_by(Request.id).for_update())
    for request in own:
        media.detach(OWNER_TYPE, request.id)
    Request.delete().where(Request.requester_id == user_id).execute()
    Request.update(claimed_by=None, claimed_at=None).where(Request.claimed_by == user_id).execute()
    Request.update(decided_by=None).where(Request.decided_by == user_id).execute()
    Change.update(actor_id=None).where(Change.actor_id == user_id).execute()
    Note.update(author_id=None).where(Note.author_id == user_id).execute()
