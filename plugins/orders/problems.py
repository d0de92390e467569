"""What can go wrong with an order, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict
from plugins.orders.states import OrderStatus

__all__ = ["OrderLate", "OrderStatus", "OrderTotal", "OrderUnpaid", "OutOfStock"]


class OutOfStock(Conflict):
    """There is not as much left as was asked for; `errors[]` says of which line and how much there is."""

    type, title = "out-of-stock", "There is not enough left"


class OrderUnpaid(Conflict):
    """The order is confirmed by its payment, which is not there yet; `payment_url` says where it is made."""

    type, title = "order-unpaid", "This order is not paid yet"


class OrderLate(Conflict):
    """The time for this change is over; `until` says since when, `allowed` what there is instead."""

    type, title = "order-late", "The time for this is over"


class OrderTotal(Conflict):
    """What is taken off an order is more than it costs."""

    type, title = "order-total", "The total of an order is below zero"
