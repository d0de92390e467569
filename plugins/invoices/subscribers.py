"""Every event a source names has a subscriber; which there are is known when all plugins are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel import Delivery, Subscriber, app
from plugins.invoices.services.issuing import bring_up_to_date
from plugins.invoices.sources import Sources

if TYPE_CHECKING:
    from kernel import Application


def subscribe(application: Application) -> None:
    """Subscribe to what sources name; types nobody registers are passed over."""
    for wire in application.service(Sources).events:
        application.bus.subscribe(Subscriber(wire, follow, name=f"invoices.{wire}", optional=True))


def follow(delivery: Delivery) -> None:
    """Issue what is missing of the sales an event is about."""
    for ref_of in app.service(Sources).events[delivery.type]:
        ref = ref_of(delivery.event)
        if ref is not None:
            bring_up_to_date(ref)
