"""Sending: claim a delivery, make the request, write down what came of it.

The claim and the outcome are transactions of their own; the request is in
neither. A claim sets `due_at` to when it counts as lost, so what a dead worker
had in hand is sent again: at least once, always under the same message id.

Locks are taken in one order, endpoint before delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from kernel import app
from plugins.webhooks import signing, transport
from plugins.webhooks.models import Attempt, Delivery, Endpoint
from plugins.webhooks.schedule import next_wait, retry_after, waits
from plugins.webhooks.services.endpoints import switch_off
from plugins.webhooks.settings import WebhooksSettings
from plugins.webhooks.transport import Answer

_GRACE: Final = timedelta(seconds=30)  # beyond the timeout: what storing the outcome may take

_CLAIM: Final = """
WITH busy AS MATERIALIZED (
    SELECT endpoint_id FROM webhooks_delivery WHERE status = 'SENDING' AND due_at > %(now)s
    GROUP BY endpoint_id HAVING count(*) >= %(per_endpoint)s
),
next AS (
    SELECT d.id FROM webhooks_delivery AS d
    WHERE d.status IN ('PENDING', 'SENDING') AND d.due_at <= %(now)s
      AND d.endpoint_id NOT IN (SELECT endpoint_id FROM busy)
    ORDER BY d.due_at, d.id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE webhooks_delivery AS claimed
SET status = 'SENDING', attempts = attempts + 1, due_at = %(lost_at)s, updated_at = %(now)s
FROM next, webhooks_endpoint AS e, webhooks_message AS m
WHERE claimed.id = next.id AND e.id = claimed.endpoint_id AND m.id = claimed.message_id
RETURNING claimed.id, claimed.attempts, claimed.endpoint_id, claimed.message_id, m.payload, e.url, e.secret,
    e.previous_secret, e.previous_until
"""
_DUE: Final = """
SELECT count(*) FROM (
    SELECT FROM webhooks_delivery WHERE status IN ('PENDING', 'SENDING') AND due_at <= %s LIMIT %s
) AS due
"""

Claimed = dict[str, Any]


def due() -> int:
    """Return how many deliveries wait, no more than there are lanes."""
    [(count,)] = app.db.rows(_DUE, (app.clock.now(), app.settings.of(WebhooksSettings).lanes))
    return int(count)


def send_one() -> bool:
    """Send one delivery that is due; say whether there was one."""
    claimed = _claim()
    if claimed is None:
        return False
    _finish(claimed, _sent(claimed))
    return True


def _claim() -> Claimed | None:
    settings, now = app.settings.of(WebhooksSettings), app.clock.now()
    lost_at = now + timedelta(seconds=settings.timeout) + _GRACE
    rows = app.db.dicts(_CLAIM, {"now": now, "lost_at": lost_at, "per_endpoint": settings.per_endpoint})
    return rows[0] if rows else None


def _sent(claimed: Claimed) -> Answer:
    settings, now = app.settings.of(WebhooksSettings), app.clock.now()
    keys = _keys(claimed)
    if not keys:
        return Answer(None, 0.0, "its secret cannot be read any more: rotate it")
    message_id, timestamp = f"msg_{claimed['message_id'].hex}", int(now.timestamp())
    body = claimed["payload"].encode()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.signatures(keys, message_id, timestamp, body),
    }
    app.db.release()  # the request may take long, and holds no connection
    return transport.post(
        claimed["url"], body, headers, timeout=settings.timeout, private=settings.allow_private
    )


def _keys(claimed: Claimed) -> Sequence[str]:
    """Return the secrets that sign: the present one first, the previous one for its time."""
    sealed = [claimed["secret"]]
    if claimed["previous_until"] and claimed["previous_until"] > app.clock.now():
        sealed.append(claimed["previous_secret"])
    return [key for one in sealed if (key := signing.unseal(one))]


def _finish(claimed: Claimed, answer: Answer) -> None:
    """Store an attempt and what follows from it."""
    with app.db.atomic():
        endpoint = Endpoint.select().where(Endpoint.id == claimed["endpoint_id"]).for_update().first()
        if endpoint is None:
            return  # deleted meanwhile, and its log with it
        Attempt.create(
            delivery=claimed["id"],
            duration_ms=round(answer.duration * 1000),
            response_status=answer.status,
            error=answer.error,
            response_body=answer.body,
        )
        _settle(claimed, answer)
        _judge(endpoint, answer)


def _settle(claimed: Claimed, answer: Answer) -> None:
    now = app.clock.now()
    values: dict[str, Any] = {"response_status": answer.status, "error": answer.error}
    if answer.accepted:
        values |= {"status": "DELIVERED", "delivered_at": now}
    else:
        schedule = waits(app.settings.of(WebhooksSettings).retries)
        wait = next_wait(schedule, claimed["attempts"], claimed["id"], retry_after(answer.headers, now))
        values |= {"status": "FAILED"} if wait is None else {"status": "PENDING", "due_at": now + wait}
    mine = (Delivery.id == claimed["id"]) & (Delivery.attempts == claimed["attempts"])
    Delivery.update(**values).where(mine, Delivery.status == "SENDING").execute()


def _judge(endpoint: Endpoint, answer: Answer) -> None:
    """Follow how an endpoint does: disable one that is gone, or fails for too long."""
    now = app.clock.now()
    patience = timedelta(days=app.settings.of(WebhooksSettings).disable_after_days)
    if answer.accepted:
        if endpoint.failing_since is not None:
            Endpoint.update(failing_since=None).where(Endpoint.id == endpoint.id).execute()
    elif answer.status == HTTPStatus.GONE:
        switch_off(endpoint, "gone")
    elif endpoint.failing_since is None:
        Endpoint.update(failing_since=now).where(Endpoint.id == endpoint.id).execute()
    elif now - endpoint.failing_since >= patience:
        switch_off(endpoint, "failing")
