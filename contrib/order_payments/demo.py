"""The payments of the demo's orders, made through the services and the test gateway.

What orders wrote as happened is paid for when it happened: the ledger cannot be written
afterwards, nor changed, so the clock of this process stands at that moment meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from contrib.order_payments import services
from plugins.orders import api as orders
from plugins.payments import api as payments

if TYPE_CHECKING:
    from kernel import Application

Deed = Callable[[], object]
TO_PAY: Final = timedelta(days=2)
"""How long the demo's visitors have to pay what is not paid yet."""


@dataclass(frozen=True, slots=True)
class Then:
    """A clock that stands."""

    moment: datetime

    def now(self) -> datetime:
        """Return the moment it stands at."""
        return self.moment


def load(app: Application, progress: Callable[[int, int], None]) -> None:
    """Make the payments of the demo's orders due, pay, cancel and release them, in the order of time."""
    ends = app.clock.now() + TO_PAY
    found = [order for order in orders.demo_orders() if order.total]
    deeds = sorted((pair for order in found for pair in _deeds(order, ends)), key=lambda pair: pair[0])
    for done, (moment, deed) in enumerate(deeds, start=1):
        with _at(app, moment):
            deed()
        progress(done, len(deeds))


def _deeds(order: orders.OrderCard, ends: datetime) -> Iterator[tuple[datetime, Deed]]:
    yield order.placed_at, lambda: services.due(order, ends)
    if order.confirmed_at is not None:
        yield order.confirmed_at, lambda: _pay(order)
    if order.completed_at is not None:
        yield order.completed_at, lambda: services.completed(order.id, by="buyer")
    if order.cancelled_at is not None:
        yield order.cancelled_at, lambda: services.over(order.id, "Bought by mistake")


def _pay(order: orders.OrderCard) -> None:
    payment = services.of_order(order.id)
    assert payment is not None, "it was made due when the order was placed"
    if payments.demo_pay(payment.id, order.buyer_id):
        services.paid(payment.id, order.id)


@contextmanager
def _at(app: Application, moment: datetime) -> Iterator[None]:
    before = app.clock
    app.clock = app.db.clock = Then(moment)
    try:
        yield
    finally:
        app.clock = app.db.clock = before
