"""Names and addresses for documents, as their owners give them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import app
from plugins.invoices.models import Profile

NOTHING = {"name": "", "address": "", "tax_id": ""}


def of(owner_id: UUID) -> dict[str, Any]:
    """Return what somebody gave; empty texts when that is nothing."""
    found = Profile.get_or_none(Profile.owner_id == owner_id)
    return {name: getattr(found, name) for name in NOTHING} if found else dict(NOTHING)


def put(owner_id: UUID, given: dict[str, str]) -> dict[str, Any]:
    """Replace what somebody gave; documents issued before keep what they bear."""
    values = {**given, "updated_at": app.clock.now()}
    made = Profile.insert(owner_id=owner_id, **values)
    made.on_conflict(conflict_target=[Profile.owner_id], update=values).execute()
    return of(owner_id)
