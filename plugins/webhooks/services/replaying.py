"""Sending again: one delivery, or what happened in a time; and a test message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kernel import NotFound, Principal, app, invalid, uuid7
from plugins.webhooks.catalogue import Catalogue, PublicEvent
from plugins.webhooks.models import Delivery, Endpoint
from plugins.webhooks.problems import EndpointDisabled
from plugins.webhooks.services import outbox
from plugins.webhooks.services.audience import endpoints_for
from plugins.webhooks.services.endpoints import found, scope_of

LONGEST: Final = timedelta(days=31)
TEST: Final = "webhooks.test"
_PAGE: Final = 500


def again(caller: Principal, endpoint_id: UUID, delivery_id: UUID) -> Delivery:
    """Send a delivery again now, whatever became of it; one in hand is left alone."""
    with app.db.atomic():
        enabled(caller, endpoint_id)
        this = (Delivery.id == delivery_id) & (Delivery.endpoint == endpoint_id)
        reset = {"status": "PENDING", "attempts": 0, "due_at": app.clock.now(), "error": ""}
        Delivery.update(**reset).where(this, Delivery.status != "SENDING").execute()
        row: Delivery | None = Delivery.select().where(this).first()
    if row is None:
        raise NotFound
    return row


def send_test(caller: Principal, endpoint_id: UUID) -> UUID:
    """Send a message of type `webhooks.test` to an endpoint; return the delivery's id."""
    with app.db.atomic():
        row = enabled(caller, endpoint_id)
        data = {"endpoint_id": str(row.id)}
        message = outbox.outgoing(uuid7(), TEST, app.clock.now(), scope=scope_of(row), data=data)
        [made] = outbox.put(message, [row.id])
    return made


def enabled(caller: Principal, endpoint_id: UUID) -> Endpoint:
    """Return an endpoint, locked; raise NotFound or EndpointDisabled."""
    row = found(caller, endpoint_id, lock=True)
    if row.status != "ENABLED":
        raise EndpointDisabled("Enable it first: POST /v1/webhooks/{id}/enable.")
    return row


def check_range(since: datetime, until: datetime) -> None:
    """Raise Invalid unless the time is a time, and no longer than a month."""
    if until <= since:
        raise invalid("/until", "It must be after `since`.")
    if until - since > LONGEST:
        raise invalid("/until", f"At most {LONGEST.days} days at once.")


def replay(endpoint_id: UUID, since: datetime, until: datetime, *, everything: bool) -> int:
    """Send an endpoint what happened in a time; return how many deliveries that makes.

    Read from the event store, so that what happened while the endpoint was
    disabled, or before there was one, comes too. Who may read what is decided by
    the rights of now. A page is a transaction; a second run changes nothing that is due.
    """
    row: Endpoint | None = Endpoint.get_or_none(Endpoint.id == endpoint_id)
    if row is None or row.status != "ENABLED":
        return 0
    statuses = outbox.AGAIN_ALL if everything else outbox.AGAIN_UNDELIVERED
    catalogue = app.service(Catalogue)
    public = [one for one in catalogue if not row.event_types or one.type in row.event_types]
    return sum(_replay_type(row.id, one, since, until, statuses) for one in public)


def _replay_type(
    endpoint_id: UUID, public: PublicEvent, since: datetime, until: datetime, statuses: Sequence[str]
) -> int:
    total, after, full = 0, 0, True
    while full:
        page = app.bus.operations.history(
            type=public.type, since=since, until=until, after_position=after, limit=_PAGE
        )
        with app.db.atomic():
            total += sum(_put_again(endpoint_id, public, one, statuses) for one in page)
        full = len(page) == _PAGE
        after = page[-1].position if page else after
    return total


def _put_again(endpoint_id: UUID, public: PublicEvent, one: Any, statuses: Sequence[str]) -> int:
    reached = endpoints_for(public, one.data.get, one.scope, only=endpoint_id)
    message = outbox.outgoing(one.id, one.type, one.occurred_at, scope=one.scope, data=one.data)
    return len(outbox.put(message, reached, statuses))
