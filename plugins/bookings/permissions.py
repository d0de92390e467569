"""What may be done with bookings, and by whom unless a profile says otherwise."""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

BOOK: Final = "bookings:book"
OFFER: Final = "bookings:offer"
MANAGE: Final = "bookings:manage"

PERMISSIONS: Final = (
    Permission(BOOK, "Book what others offer", roles=("user",)),
    Permission(OFFER, "Have one's services booked", roles=("user",)),
    Permission(MANAGE, "See and change any booking of a scope", roles=("bookings_operator",)),
    Role("bookings_operator", "Looks after the bookings of a scope.", scoped=True),
)
