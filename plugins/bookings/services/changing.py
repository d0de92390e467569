"""Changes of a booking, its status and its time: checked and written under its lock."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from kernel import SYSTEM, Conflict, NotFound, PreconditionFailed, Principal, app, invalid
from plugins.bookings.events import BookingRescheduled
from plugins.bookings.models import Booking, Resource
from plugins.bookings.notices import tell
from plugins.bookings.permissions import MANAGE
from plugins.bookings.problems import BookingUnpaid, CancellationWindow
from plugins.bookings.services import placing
from plugins.bookings.services.applying import apply
from plugins.bookings.services.history import write_step
from plugins.bookings.states import TRANSITIONS, Party, Transition, refused


def parties_of(booking: Booking, caller: Principal) -> set[Party]:
    """Return as whom a caller may deal with a booking; empty: it is none of their business."""
    found: set[Party] = set()
    if caller.kind == "system":
        found.add("system")
    if caller.id is not None and caller.id == booking.customer_id:
        found.add("customer")
    if caller.id is not None and caller.id == booking.provider_id:
        found.add("provider")
    if caller.can(MANAGE, booking.scope or None):
        found.add("operator")
    return found


def locked(booking_id: UUID, caller: Principal, version: int | None = None) -> Booking:
    """Return a booking the caller has to do with, locked; raise NotFound, PreconditionFailed."""
    row: Booking | None = Booking.select().where(Booking.id == booking_id).for_update().first()
    if row is None or not parties_of(row, caller):
        raise NotFound
    if version is not None and version != row.version:
        raise PreconditionFailed("Read it again.", current_version=row.version)
    return row


def change_status(
    caller: Principal, booking_id: UUID, name: str, *, reason: str = "", version: int | None = None
) -> Booking:
    """Take a booking through a transition; raise NotFound, BookingStatus, CancellationWindow, Invalid."""
    transition = TRANSITIONS[name]
    with app.db.atomic():
        booking = locked(booking_id, caller, version)
        party = _party(booking, caller, transition)
        _check(booking, transition, party, reason)
        target = _target(booking, transition)
        return apply(booking, transition.name, target, party, caller.id, reason=reason)


def confirm_paid(booking_id: UUID) -> None:
    """Confirm what had to be paid and is; harmless twice. Raises NotFound, BookingStatus.

    A hold that is over but still there has its lane still: it is confirmed.
    """
    with app.db.atomic():
        booking = locked(booking_id, SYSTEM)
        if booking.paid_at is not None:
            return
        if booking.status != "HELD":
            raise refused("pay", booking.status, {"system"})
        Booking.update(paid_at=app.clock.now()).where(Booking.id == booking.id).execute()
        apply(booking, "pay", "CONFIRMED", "system", None)


def _party(booking: Booking, caller: Principal, transition: Transition) -> Party:
    """Return as whom the caller takes the transition; raise BookingStatus when as nobody, or not now."""
    parties = parties_of(booking, caller)
    fitting = [each for each in transition.by if each in parties]
    lapsed = booking.status == "HELD" and booking.held_until <= app.clock.now()
    if lapsed:
        raise refused(transition.name, "EXPIRED", parties)
    if booking.status not in transition.sources or not (fitting or "system" in parties):
        raise refused(transition.name, booking.status, parties)
    return fitting[0] if fitting else "system"


def _check(booking: Booking, transition: Transition, party: Party, reason: str) -> None:
    if transition.needs_reason and party != "system" and not reason.strip() and booking.status != "HELD":
        raise invalid("/reason", "Say why: the other party reads it.")
    if transition.name == "request" and booking.payment_url:
        raise BookingUnpaid("It is booked when it is paid.", payment_url=booking.payment_url)
    if transition.after_start and app.clock.now() < booking.starts_at:
        raise Conflict("It has not begun.")
    if transition.name == "cancel" and party == "customer":
        _check_window(booking)


def _check_window(booking: Booking) -> None:
    """Raise CancellationWindow when it is too late for the customer; a hold may always be given up."""
    until = booking.cancellable_until
    if booking.status != "HELD" and app.clock.now() > until:
        raise CancellationWindow(
            "Turn to the provider: your own time to change it is over.", until=until.isoformat()
        )


def _target(booking: Booking, transition: Transition) -> str:
    if transition.name != "request":
        return transition.target
    return placing.first_status(Resource.get_by_id(booking.resource_id))  # type: ignore[attr-defined]  # peewee's


def reschedule(
    caller: Principal, booking_id: UUID, starts_at: datetime, *, reason: str = "", version: int | None = None
) -> Booking:
    """Move a booking to another time.

    Moved by its customer it is PENDING again unless the provider confirms by itself.
    Raises NotFound, BookingStatus, CancellationWindow, SlotNotOffered, SlotTaken, PreconditionFailed.
    """
    with app.db.atomic():
        # Locks in one order, resource before booking, as in placing.
        found = Booking.select(Booking.ref).where(Booking.id == booking_id).first()
        if found is None:
            raise NotFound
        resource = placing.locked(found.ref)
        booking = locked(booking_id, caller, version)
        parties = parties_of(booking, caller)
        if booking.status not in {"PENDING", "CONFIRMED"}:
            raise refused("reschedule", booking.status, parties)
        party: Party = next(each for each in ("provider", "operator", "customer") if each in parties)
        if party == "customer":
            _check_window(booking)
        lane = placing.claim(resource, starts_at, but=booking.id)
        values = placing.times(resource, starts_at, lane)
        if party == "customer":
            values["status"] = placing.first_status(resource)
        return _move(booking, values, party, caller.id, reason=reason)


def _move(
    booking: Booking, values: dict[str, Any], party: Party, actor_id: UUID | None, *, reason: str
) -> Booking:
    Booking.update(version=Booking.version + 1, reminded=None, **values).where(
        Booking.id == booking.id
    ).execute()
    fresh = Booking.get_by_id(booking.id)
    write_step(fresh, "reschedule", booking.status, party, actor_id, reason=reason)
    both = {"customer_id": fresh.customer_id, "provider_id": fresh.provider_id}
    moved = BookingRescheduled(
        booking_id=fresh.id,
        was_at=booking.starts_at,
        starts_at=fresh.starts_at,
        ends_at=fresh.ends_at,
        status=fresh.status,
        party=party,
        **both,
    )
    app.bus.publish(moved, scope=fresh.scope or None)
    parties = (("customer", fresh.customer_id), ("provider", fresh.provider_id))
    tell("rescheduled", fresh, [user_id for name, user_id in parties if name != party], reason=reason)
    return fresh
