"""What loyalty knows of a person, to hand out or to forget."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from stoa_loyalty import queries
from stoa_loyalty.models import Account, Entry


def export(owner_id: UUID) -> dict[str, Any]:
    """Return everything, as JSON-able values."""
    entries = Entry.select().where(Entry.owner_id == owner_id).order_by(Entry.id)
    return {
        "balance": queries.account(owner_id).balance,
        "entries": [
            {"at": entry.created_at.isoformat(), "points": entry.points, "reason": entry.reason}
            for entry in entries
        ],
    }


def erase(owner_id: UUID) -> None:
    """Forget the person; there is nothing to keep."""
    Entry.delete().where(Entry.owner_id == owner_id).execute()
    Account.delete().where(Account.owner_id == owner_id).execute()
