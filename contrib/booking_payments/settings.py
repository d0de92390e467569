"""Settings: `[booking_payments]`."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import setting


@dataclass(frozen=True, slots=True)
class BookingPaymentsSettings:
    """What the platform keeps of a booking, and what a customer gets back who cancels it."""

    commission_bp: int = setting(
        0, help="The platform's part of the price, in hundredths of a percent.", minimum=0, maximum=10_000
    )
    full_refund_hours: int = setting(
        24, help="Hours before its time until which a customer who cancels gets all back.", minimum=0
    )
    late_refund_percent: int = setting(
        50,
        help="Percent of the price that a customer gets back who cancels later.",
        minimum=0,
        maximum=100,
    )
