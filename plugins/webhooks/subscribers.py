"""Every public event has a subscriber; which there are is known when all plugins are loaded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kernel import Delivery, Subscriber
from kernel import app as running
from plugins.webhooks.catalogue import Catalogue, PublicEvent
from plugins.webhooks.services import outbox
from plugins.webhooks.services.audience import endpoints_for
from plugins.webhooks.tasks import wake

if TYPE_CHECKING:
    from kernel import Application


def subscribe(app: Application) -> None:
    """Subscribe to what plugins declare public."""
    for public in app.service(Catalogue):
        app.bus.subscribe(Subscriber(public.type, partial(hand_out, public), name=f"webhooks.{public.type}"))


def hand_out(public: PublicEvent, delivery: Delivery) -> None:
    """Store an event for every endpoint it goes to, and wake who sends; a replay adds nothing twice."""
    reached = endpoints_for(
        public, partial(getattr, delivery.event), delivery.scope, occurred_at=delivery.occurred_at
    )
    if not reached:
        return
    operations = running.bus.operations  # its data as JSON, as it stands in the store
    [stored] = operations.history(type=delivery.type, after_position=delivery.position - 1, limit=1)
    message = outbox.outgoing(
        stored.id, stored.type, stored.occurred_at, scope=stored.scope, data=stored.data
    )
    made = outbox.put(message, reached)
    wake(stored.id.int, len(made))
