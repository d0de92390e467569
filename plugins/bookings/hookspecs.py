"""Extension points of bookings: implement with `@hookimpl(optionalhook=True)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel import Principal, hookspec
from plugins.bookings.cards import BookingCard


@hookspec
def bookings_resolve(refs: Sequence[str], viewer: Principal) -> Mapping[str, Mapping[str, Any]]:
    """Return the services your refs stand for now, by ref.

    A service is `{"title": str, "provider_id": UUID, "scope": str | None, "price":
    Money | None, "offered": bool, "snapshot": {…}}`; `snapshot` is JSON and kept with
    the booking. Take the refs of your kind (`listing:`) and leave out what does not
    exist or `viewer` may not see. Asked for availability and, in the transaction that
    books, once each: one statement for any number.
    """
    raise AssertionError("a specification is never called")


@hookspec
def bookings_demo() -> Sequence[str]:
    """Return the refs of a few services in your demo data, for the demo to make bookable.

    Called by `manage.py demo` only, when your demo data is there (bookings are loaded `after` you).
    """
    raise AssertionError("a specification is never called")


@hookspec
def bookings_guard(ref: str, service: Mapping[str, Any], customer: Principal) -> None:
    """Refuse a booking by raising a problem (Forbidden, Conflict); say nothing to let it pass.

    Called once for each booking, in its transaction: database reads only.
    """


@hookspec
def bookings_payment(booking: BookingCard) -> str | None:
    """Say that this booking has to be paid first: return the path where; None when not.

    Called in the transaction that books, before it is stored: no gateway is called
    here. The booking is HELD then, whether or not a hold was asked for. Make the
    payment when the client opens the path, and call `bookings.api.confirm_paid` when
    the money is there. The first answer counts.
    """
    raise AssertionError("a specification is never called")
