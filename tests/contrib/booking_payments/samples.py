"""A booking to be paid, for the generated tests."""

from __future__ import annotations

from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.bookings.models import Booking
from tests.plugins.bookings.samples import booked


@sample("booking_id")
def held(app: Application) -> Sample:
    made = booked(app, "HELD", ahead=3, by_customer=True)
    booking_id = made.ids["booking_id"]
    url = f"/v1/booking-payments/{booking_id}"
    to_pay = Booking.update(price_amount=4_900, price_currency="USD", payment_url=url)
    to_pay.where(Booking.id == booking_id).execute()
    return Sample({"booking_id": booking_id}, owner=made.owner)
