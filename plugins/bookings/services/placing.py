"""Making a booking: one transaction under the resource's lock.

The lock makes bookings of one resource take turns, so that who comes second gets
an answer and no deadlock; the exclusion constraint is what guarantees that no two
overlap, whoever writes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kernel import Conflict, NotFound, Principal, app
from plugins.bookings.cards import card_of
from plugins.bookings.events import BookingConfirmed, BookingPlaced
from plugins.bookings.models import Booking, Resource
from plugins.bookings.notices import tell
from plugins.bookings.offers import Service, person, required
from plugins.bookings.problems import SlotNotOffered, SlotTaken, TooManyHolds
from plugins.bookings.services import slots
from plugins.bookings.services.applying import apply
from plugins.bookings.services.history import write_step
from plugins.bookings.settings import BookingsSettings

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def place(caller: Principal, *, ref: str, starts_at: datetime, hold: bool, note: str) -> Booking:
    """Book a time, or hold it for a while.

    Raises NotFound, SlotNotOffered, SlotTaken, TooManyHolds, Conflict.
    """
    customer_id = person(caller)
    with app.db.atomic():
        service = required(ref, caller)
        resource = locked(ref)
        _check(service, resource, customer_id)
        for _, guard in app.hooks.implementations("bookings_guard"):
            guard(ref=ref, service=service, customer=caller)
        lane = claim(resource, starts_at)
        made = _drafted(resource, service, customer_id, starts_at, lane, note=note)
        made.payment_url = app.hooks.first("bookings_payment", booking=card_of(made)) or ""
        if hold or made.payment_url:
            _hold(made)
        made.save(force_insert=True)
        _announce(made)
    return made


def locked(ref: str) -> Resource:
    """Return the resource of a ref, locked until the transaction ends; raise NotFound."""
    row: Resource | None = Resource.select().where(Resource.ref == ref).for_update().first()
    if row is None:
        raise NotFound("This service cannot be booked.")
    return row


def claim(resource: Resource, starts_at: datetime, *, but: UUID | None = None) -> int:
    """Return a free lane of a locked resource; raise SlotNotOffered or SlotTaken."""
    if not slots.is_offered(resource, starts_at):
        raise SlotNotOffered("Choose a time that GET /v1/bookings/availability lists.")
    _expire_holds(resource)
    lane = slots.free_lane(resource, starts_at, but=but)
    if lane is None:
        raise SlotTaken
    return lane


def _expire_holds(resource: Resource) -> None:
    """End the holds of a locked resource whose time is over, so that it can be booked again."""
    query = Booking.select(Booking.id).where(
        Booking.resource == resource.id, Booking.status == "HELD", Booking.held_until <= app.clock.now()
    )
    for row in query.order_by(Booking.id).for_update():
        apply(Booking.get_by_id(row.id), "expire", "EXPIRED", "system", None)


def _check(service: Service, resource: Resource, customer_id: UUID) -> None:
    if not service["offered"] or not resource.open:
        raise Conflict("This service is not offered at present.")
    if customer_id == resource.provider_id:
        raise Conflict("This is your own service.")


def _hold(booking: Booking) -> None:
    """Make a booking not yet stored a hold; raise TooManyHolds. What is to be paid counts as one."""
    settings, now = app.settings.of(BookingsSettings), app.clock.now()
    app.db.execute_sql(_LOCK, (f"bookings.holds:{booking.customer_id}",))
    held = Booking.select().where(
        Booking.customer_id == booking.customer_id, Booking.status == "HELD", Booking.held_until > now
    )
    if held.count() >= settings.max_holds:
        raise TooManyHolds(f"At most {settings.max_holds}: book one or cancel it first.")
    booking.status = "HELD"
    booking.held_until = now + timedelta(minutes=settings.hold_minutes)  # type: ignore[assignment]  # a column


def _drafted(
    resource: Resource,
    service: Service,
    customer_id: UUID,
    starts_at: datetime,
    lane: int,
    *,
    note: str,
) -> Booking:
    """Return a booking that is not stored yet."""
    price = service["price"]
    return Booking(
        resource=resource.id,
        resource_number=resource.number,
        customer_id=customer_id,
        provider_id=resource.provider_id,
        scope=service["scope"] or "",
        ref=resource.ref,
        title=service["title"],
        status=first_status(resource),
        timezone=resource.timezone,
        price_amount=price.amount if price else None,
        price_currency=price.currency if price else None,
        note=note,
        snapshot=dict(service["snapshot"]),
        **times(resource, starts_at, lane),
    )


def first_status(resource: Resource) -> str:
    """Return the status of a booking whose customer has decided."""
    return "CONFIRMED" if resource.auto_confirm else "PENDING"


def times(resource: Resource, starts_at: datetime, lane: int) -> dict[str, Any]:
    """Return the columns of a booking that say when and where it is."""
    since, until = slots.blocked(resource, starts_at)
    return {
        "lane": lane,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=resource.duration),
        "blocked_from": since,
        "blocked_until": until,
        "cancellable_until": starts_at - timedelta(minutes=resource.cancel_notice),
    }


def _announce(made: Booking) -> None:
    write_step(made, "place", "", "customer", made.customer_id)
    parties: dict[str, Any] = {"booking_id": made.id, "ref": made.ref} | {
        "customer_id": made.customer_id,
        "provider_id": made.provider_id,
    }
    app.bus.publish(
        BookingPlaced(**parties, starts_at=made.starts_at, ends_at=made.ends_at, status=made.status),
        scope=made.scope or None,
    )
    if made.status == "CONFIRMED":
        app.bus.publish(BookingConfirmed(**parties), scope=made.scope or None)
    if made.status != "HELD":
        tell("placed", made, [made.provider_id])
        tell("received", made, [made.customer_id])
