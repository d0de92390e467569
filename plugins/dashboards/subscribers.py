"""Every event a source names has a subscriber; which there are is known when all plugins are loaded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from kernel import Delivery, Subscriber
from plugins.dashboards.services.keeping import keep
from plugins.dashboards.sources import RefOf, Sources

if TYPE_CHECKING:
    from kernel import Application


def subscribe(app: Application) -> None:
    """Subscribe to what sources name; types nobody registers are passed over."""
    for wire, refs_of in app.service(Sources).events.items():
        handler = partial(_look, tuple(refs_of))
        app.bus.subscribe(Subscriber(wire, handler, name=f"dashboards.{wire}", optional=True))


def _look(refs_of: Sequence[RefOf], delivery: Delivery) -> None:
    """Look again at what an event is about, in the transaction that marks it delivered."""
    keep(ref for ref_of in refs_of if (ref := ref_of(delivery.event)) is not None)
