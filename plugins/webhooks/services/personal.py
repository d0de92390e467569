"""What webhooks hold about a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from plugins.webhooks.models import Endpoint


def export(user_id: UUID) -> dict[str, Any]:
    """Return somebody's endpoints, without their secrets."""
    rows = Endpoint.select().where(Endpoint.owner_id == user_id).order_by(Endpoint.id)
    return {
        "endpoints": [
            {"url": row.url, "description": row.description, "scope": row.scope, "created_at": row.created_at}
            for row in rows
        ]
    }


def erase(user_id: UUID) -> None:
    """Delete somebody's endpoints with their logs; a second time changes nothing."""
    Endpoint.delete().where(Endpoint.owner_id == user_id).execute()
