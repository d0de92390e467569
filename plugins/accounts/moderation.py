"""What moderation may know of people: whom to report, and what their profile says.

Described by plain mappings, for accounts do not require moderation.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from kernel import NotFound, Principal
from plugins.accounts import queries
from plugins.accounts.models import User


def kind() -> dict[str, Any]:
    """Return people as `moderation_types` takes them: not hidden, but warned, suspended and banned."""
    return {
        "kind": "user",
        "title": "Person",
        "cards": cards,
        "visible_to": visible_to,
        "watches": {"accounts.user.profile_updated.v1": "user_id"},
    }


def cards(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return people by id, whatever their privacy shows to others; one statement."""
    rows = User.select().where(User.id.in_(list(ids)), User.deleted_at.is_null())
    return {
        row.id: {
            "id": row.id,
            "owner_id": row.id,
            "title": row.name,
            "text": "\n".join(one for one in (row.status_message, row.bio) if one),
            "url": f"/v1/users/{row.id}",
        }
        for row in rows
    }


def visible_to(viewer: Principal, user_id: UUID) -> bool:
    """Say whether somebody can find a person, and so report them."""
    try:
        queries.found_card(user_id, viewer)
    except NotFound:
        return False
    return True
