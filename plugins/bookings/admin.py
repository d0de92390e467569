"""Bookings in the web console, for those who look after them."""

from __future__ import annotations

from typing import Final

from kernel import AdminPage
from plugins.bookings.permissions import MANAGE

PAGES: Final = (
    AdminPage(
        name="bookings.all",
        title="Bookings",
        group="Market",
        about="Who booked what, and when it takes place.",
        permission=MANAGE,
        scoped=True,
        reads="/v1/bookings?as=operator",
        columns={
            "title": "What", "status": "Status", "customer": "Customer", "provider": "Provider",
            "starts_at": "When", "price": "Price",
        },
        filters=("status", "since", "until"),
        details={"Booking": "/v1/bookings/{id}"},
    ),
)  # fmt: skip
