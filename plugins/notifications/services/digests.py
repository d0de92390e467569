"""One e-mail in place of many: what a person was sent and has not seen."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.notifications.catalogue import Catalogue
from plugins.notifications.models import Delivery, Notification
from plugins.notifications.own_types import DIGEST
from plugins.notifications.settings import NotificationsSettings

SHOWN: Final = 50  # notifications spelt out in one digest
_EXCERPT: Final = 280  # characters of each
_PEOPLE = """
SELECT DISTINCT user_id FROM notifications_delivery WHERE state = 'held' AND due_at <= %s LIMIT 200
"""


def send_due() -> int:
    """Make the digests that are due; return how many."""
    made = 0
    while people := app.db.rows(_PEOPLE, (app.clock.now(),)):
        made += sum(_digest(user_id) for (user_id,) in people)
    return made


def _digest(user_id: UUID) -> bool:
    """Put a person's held deliveries into one, in one transaction; False when all were seen."""
    with app.db.atomic():
        held = list(
            Delivery.select()
            .where(Delivery.user_id == user_id, Delivery.state == "held", Delivery.due_at <= app.clock.now())
            .order_by(Delivery.id)
            .for_update()
        )
        missed = _missed(held)
        seen = [one.id for one in held if one not in missed]
        _close(seen, "suppressed", "read before the digest")
        if not missed:
            return False
        _queue(missed)
        _close([one.id for one in missed], "digested", "")
        return True


def _missed(held: list[Delivery]) -> list[Delivery]:
    """Return those whose notification in the application is unread, and those that have none."""
    ids = [one.notification_id for one in held if one.notification_id]
    unread = (
        {row.id for row in Notification.select(Notification.id).where(
            Notification.id.in_(ids), Notification.read_at.is_null())}
        if ids else set()
    )  # fmt: skip
    return [one for one in held if one.notification_id is None or one.notification_id in unread]


def _close(ids: list[UUID], state: str, reason: str) -> None:
    if ids:
        changes = {"state": state, "reason": reason, "finished_at": app.clock.now(), "content": None}
        Delivery.update(**changes).where(Delivery.id.in_(ids)).execute()


def _queue(missed: list[Delivery]) -> None:
    """Queue the digest, to the address and in the language of the latest."""
    latest, now = missed[-1], app.clock.now()
    declared = app.service(Catalogue).of(DIGEST)
    context: dict[str, Any] = {
        "product": app.settings.of(NotificationsSettings).product,
        "language": latest.language,
        "timezone": latest.timezone,
        "count": len(missed),
        "items": [_item(one) for one in missed[-SHOWN:]],
    }
    text = declared.templates.text(declared.short, "email", latest.language, context)
    html = declared.templates.html(declared.short, latest.language, context)
    Delivery.create(
        message_id=latest.message_id, type=DIGEST, channel="email", user_id=latest.user_id,
        address=latest.address, language=latest.language, timezone=latest.timezone, subject=text.subject,
        content={"text": text.body, "html": html, "url": ""}, due_at=now,
        correlation_id=latest.correlation_id,
    )  # fmt: skip


def _item(delivery: Delivery) -> dict[str, Any]:
    text = " ".join(delivery.content["text"].split())
    excerpt = text if len(text) <= _EXCERPT else text[: _EXCERPT - 1].rstrip() + "…"
    url = delivery.content["url"]
    origin = app.settings.kernel.public_url.rstrip("/")
    return {
        "subject": delivery.subject,
        "text": excerpt,
        "at": delivery.created_at,
        "url": f"{origin}{url}" if url.startswith("/") else url,
    }
