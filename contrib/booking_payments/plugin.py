"""Payments of bookings: hook implementations only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contrib.booking_payments import services
from contrib.booking_payments.resources import ROUTES
from contrib.booking_payments.settings import BookingPaymentsSettings
from contrib.booking_payments.subscribers import SUBSCRIBERS
from kernel import Route, hookimpl

if TYPE_CHECKING:
    from kernel import Settings, Subscriber
    from plugins.bookings.api import BookingCard


@hookimpl
def register_settings() -> type[BookingPaymentsSettings]:
    return BookingPaymentsSettings


@hookimpl
def register_routes(settings: Settings) -> Sequence[Route]:
    return ROUTES


@hookimpl
def register_subscribers(settings: Settings) -> Sequence[Subscriber]:
    return SUBSCRIBERS


@hookimpl(optionalhook=True)
def bookings_payment(booking: BookingCard) -> str | None:
    return services.demanded(booking)
