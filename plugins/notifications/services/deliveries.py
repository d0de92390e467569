"""The queue of deliveries: claimed by one worker at a time, each end recorded once.

A claim is a state and a time: `sending` until `due_at`. Whoever dies while it
holds a claim lets that time pass, and the delivery is claimed again. So a
delivery goes out at least once; twice only when a worker died between the
provider's answer and this table.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from kernel import NotFound, app
from plugins.notifications.models import Delivery
from plugins.notifications.problems import NotRetriable
from plugins.notifications.settings import NotificationsSettings

LONGEST_BACKOFF: Final = 21600.0  # seconds: six hours
_REASON: Final = 1000  # characters kept of a provider's words

_CLAIM = """
UPDATE notifications_delivery
SET state = 'sending', attempt = attempt + 1, due_at = %(lease)s, updated_at = %(now)s
WHERE id = ANY(ARRAY(
    SELECT id FROM notifications_delivery
    WHERE channel = %(channel)s AND state IN ('queued', 'sending') AND due_at <= %(now)s
    ORDER BY priority, due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING id
"""
_DUE = """
SELECT channel, count(*) FROM notifications_delivery
WHERE state IN ('queued', 'sending') AND due_at <= %s GROUP BY channel
"""


def claim(channel: str) -> list[Delivery]:
    """Take the next batch of a channel for this worker, the mandatory and the longest due first."""
    settings, now = app.settings.of(NotificationsSettings), app.clock.now()
    lease = now + timedelta(seconds=settings.lease)
    taken = app.db.rows(_CLAIM, {"channel": channel, "now": now, "lease": lease, "limit": settings.batch})
    ids = [row[0] for row in taken]
    return list(Delivery.select().where(Delivery.id.in_(ids)).order_by(Delivery.id)) if ids else []


def renew(ids: Collection[UUID]) -> None:
    """Keep the claim on what is still being sent."""
    lease = app.clock.now() + timedelta(seconds=app.settings.of(NotificationsSettings).lease)
    Delivery.update(due_at=lease).where(Delivery.id.in_(list(ids)), Delivery.state == "sending").execute()


def due() -> dict[str, int]:
    """Return how many deliveries are due, by channel."""
    return {channel: int(count) for channel, count in app.db.rows(_DUE, (app.clock.now(),))}


def sent(delivery: Delivery, provider: str, provider_id: str) -> None:
    """Record that a provider has it, and forget what was in it."""
    _end(delivery, "sent", provider=provider, provider_id=provider_id, reason="", **_erased(delivery))


def failed(delivery: Delivery, provider: str, reason: str) -> None:
    """Record that it will not be sent; what was in it is kept for another try unless it is sensitive."""
    erased = _erased(delivery) if delivery.sensitive else {}
    _end(delivery, "failed", provider=provider, reason=reason[:_REASON], **erased)


def suppressed(delivery: Delivery, reason: str) -> None:
    """Record that the recipient is spared it."""
    _end(delivery, "suppressed", reason=reason, **_erased(delivery))


def deferred(delivery: Delivery, provider: str, reason: str, retry_after: float) -> None:
    """Have it tried later, or give it up after the last attempt."""
    settings = app.settings.of(NotificationsSettings)
    if delivery.attempt >= settings.max_attempts:
        failed(delivery, provider, f"given up after {delivery.attempt} attempts: {reason}")
        return
    wait = max(retry_after, min(settings.backoff * 4 ** (delivery.attempt - 1), LONGEST_BACKOFF))
    due = app.clock.now() + timedelta(seconds=wait)
    _write(delivery, state="queued", due_at=due, provider=provider, reason=reason[:_REASON])


def postponed(delivery: Delivery, until: Any) -> None:
    """Let it wait for the end of quiet hours; this was no attempt."""
    _write(delivery, state="queued", due_at=until, attempt=delivery.attempt - 1)


def retry(id: UUID) -> Delivery:
    """Queue a failed delivery again with all its attempts; raise NotFound or NotRetriable."""
    now = app.clock.now()
    again = (
        Delivery.update(state="queued", attempt=0, due_at=now, finished_at=None)
        .where(Delivery.id == id, Delivery.state == "failed", Delivery.content.is_null(False))
        .returning(Delivery)
        .execute()
    )
    for row in again:
        return row  # type: ignore[no-any-return]
    if not Delivery.select().where(Delivery.id == id).exists():
        raise NotFound
    raise NotRetriable


def _erased(delivery: Delivery) -> dict[str, Any]:
    return {"content": None, **({"subject": ""} if delivery.sensitive else {})}


def _end(delivery: Delivery, state: str, **changes: Any) -> None:
    _write(delivery, state=state, finished_at=app.clock.now(), **changes)


def _write(delivery: Delivery, **changes: Any) -> None:
    """Record an end, unless another worker, after this one's claim ran out, already did."""
    mine = Delivery.id == delivery.id
    if changes["state"] == "sent":  # what is sent is sent, whoever else thought of trying it again
        mine &= Delivery.state.in_(["sending", "queued"])
    else:
        mine &= (Delivery.state == "sending") & (Delivery.attempt == delivery.attempt)
    Delivery.update(**changes).where(mine).execute()
