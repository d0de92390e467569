"""An endpoint of the first demo person's, with a log to look at.

It is disabled: the demo sends nothing to anybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from plugins.accounts import api as accounts
from plugins.webhooks import signing
from plugins.webhooks.events import EndpointEnabled
from plugins.webhooks.models import Attempt, Delivery, Endpoint, Message
from plugins.webhooks.services.outbox import outgoing

if TYPE_CHECKING:
    from kernel import Application

OWNER: Final = 1
TYPE: Final = EndpointEnabled.__event__.wire  # type: ignore[attr-defined]  # the decorator's
ENDED: Final = (
    ("DELIVERED", 200, ""),
    ("DELIVERED", 204, ""),
    ("DELIVERED", 200, ""),
    ("FAILED", 500, ""),
    ("CANCELLED", None, "the endpoint was disabled"),
)
"""What became of the deliveries, the oldest first: status, answer, error."""


def load(app: Application, progress: Callable[[int, int], None]) -> None:
    """Write the endpoint and what was sent to it."""
    with app.db.atomic():
        Endpoint.insert(_endpoint(app)).on_conflict_ignore().execute()
        for number, ended in enumerate(ENDED):
            _deliver(app.clock.now() - timedelta(hours=30 - number), number, ended)
    progress(len(ENDED), len(ENDED))


def _endpoint(app: Application) -> dict[str, Any]:
    now = app.clock.now()
    return {
        "id": _id("endpoint"),
        "created_at": now - timedelta(days=2),
        "updated_at": now,
        "version": 2,
        "owner_id": accounts.demo_user(OWNER),
        "scope": None,
        "url": "https://example.com/hooks",
        "description": "My shop's books",
        "event_types": [],
        "status": "DISABLED",
        "disabled_reason": "failing",
        "secret": signing.seal(signing.new_secret()),
        "failing_since": now - timedelta(days=1),
    }


def _deliver(at: datetime, number: int, ended: tuple[str, int | None, str]) -> None:
    status, answer, error = ended
    data = {"endpoint_id": str(_id("endpoint")), "owner_id": str(accounts.demo_user(OWNER))}
    message = outgoing(_id(f"message {number}"), TYPE, at, scope=None, data=data)
    Message.insert(message._asdict()).on_conflict_ignore().execute()
    stamps = {"created_at": at, "updated_at": at}
    delivery = {
        "id": _id(f"delivery {number}", number), "endpoint": _id("endpoint"), "message": message.id,
        "status": status, "attempts": int(answer is not None), "due_at": at, "response_status": answer,
        "error": error, "delivered_at": at if status == "DELIVERED" else None, **stamps,
    }  # fmt: skip
    Delivery.insert(delivery).on_conflict_ignore().execute()
    if answer is not None:
        tried = {
            "id": _id(f"attempt {number}"), "delivery": delivery["id"], "duration_ms": 40 + number,
            "response_status": answer, "error": "", "response_body": "", **stamps,
        }  # fmt: skip
        Attempt.insert(tried).on_conflict_ignore().execute()


def _id(name: str, rank: int = 0) -> UUID:
    """Return the id of a demo row, the same everywhere: a UUIDv7 whose time follows from its rank."""
    digest = bytearray(hashlib.sha256(f"stoa demo webhooks {name}".encode()).digest()[:16])
    digest[:8] = (0x019B_7677_8C00_7000 + (rank << 16)).to_bytes(8, "big")
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))
