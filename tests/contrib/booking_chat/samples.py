"""Objects of the bridge for the generated tests."""

from __future__ import annotations

from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.bookings.models import Booking
from plugins.chat import api as chat
from tests.plugins.bookings.samples import booked


@sample("booking_id")
def conversing(app: Application) -> Sample:
    made = booked(app, "PENDING", ahead=3, by_customer=True)
    row = Booking.get_by_id(made.ids["booking_id"])
    chat.room_for(f"booking:{row.id}", (row.customer_id, row.provider_id), title="Haircut")
    return Sample({"booking_id": row.id}, owner=made.owner)
