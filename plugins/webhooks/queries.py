"""Read paths: whose endpoints, and what was sent to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import NotFound, Page, Principal, paginate, where_scope
from plugins.webhooks.models import Attempt, Delivery, Endpoint, Message
from plugins.webhooks.permissions import SCOPE


def managed(caller: Principal) -> Any:
    """Return the condition that an endpoint is the caller's, or of a scope whose webhooks they keep."""
    shared = Endpoint.scope.is_null(False) & (Endpoint.scope != "*")
    return (Endpoint.owner_id == caller.id) | (shared & where_scope(caller, SCOPE, Endpoint.scope))


def page(caller: Principal, scope: str | None, cursor: str | None, limit: int) -> Page[Endpoint]:
    """Return a page of the endpoints the caller manages, the latest first."""
    query = Endpoint.select().where(managed(caller))
    if scope is not None:
        query = query.where(Endpoint.scope == scope)
    return paginate(query, (Endpoint.id.desc(),), cursor=cursor, limit=limit)


def deliveries(endpoint_id: UUID, status: str | None, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of what was sent to an endpoint, the latest first: one statement."""
    query = (
        Delivery.select(Delivery, Message.id, Message.type, Message.occurred_at)
        .join(Message)
        .where(Delivery.endpoint == endpoint_id)
    )
    if status is not None:
        query = query.where(Delivery.status == status)
    found = paginate(query, (Delivery.id.desc(),), cursor=cursor, limit=limit)
    return Page([shown(row) for row in found.items], found.next)


def delivery(endpoint_id: UUID, delivery_id: UUID) -> dict[str, Any]:
    """Return one delivery with its payload and attempts; raise NotFound."""
    query = Delivery.select(Delivery, Message).join(Message)
    row = query.where(Delivery.id == delivery_id, Delivery.endpoint == endpoint_id).first()
    if row is None:
        raise NotFound
    attempts = Attempt.select().where(Attempt.delivery == delivery_id).order_by(Attempt.id.desc()).limit(50)
    return {**shown(row), "payload": row.message.payload, "attempts": list(attempts)}


def shown(row: Delivery) -> dict[str, Any]:
    """Return a delivery as the API shows it; `next_attempt_at` only while there will be one."""
    return {
        "id": row.id,
        "message_id": f"msg_{row.message.id.hex}",
        "type": row.message.type,
        "occurred_at": row.message.occurred_at,
        "status": row.status,
        "attempt_count": row.attempts,
        "next_attempt_at": row.due_at if row.status == "PENDING" else None,
        "response_status": row.response_status,
        "error": row.error,
        "delivered_at": row.delivered_at,
        "created_at": row.created_at,
    }
