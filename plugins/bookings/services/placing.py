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
        if hold:
            _check_holds(customer_id)
        lane = claim(resource, starts_at)
        made = _stored(resource, service, customer_id, starts_at, lane, hold=hold, note=note)
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


def _check_holds(customer_id: UUID) -> None:
    most = app.settings.of(BookingsSettings).max_holds
    app.db.execute_sql(_LOCK, (f"bookings.holds:{customer_id}",))
    held = Booking.select().where(
        Booking.customer_id == customer_id, Booking.status == "HELD", Booking.held_until > app.clock.now()
    )
    if held.count() >= most:
        raise TooManyHolds(f"At most {most}: book one or cancel it first.")


def _stored(
    resource: Resource,
    service: Service,
    customer_id: UUID,
    starts_at: datetime,
    lane: int,
    *,
    hold: bool,
    note: str,
) -> Booking:
    minutes = app.settings.of(BookingsSettings).hold_minutes
    price = service["price"]
    made: Booking = Booking.create(
        resource=resource.id,
        resource_number=resource.number,
        customer_id=customer_id,
        provider_id=resource.provider_id,
        scope=service["scope"] or "",
        ref=resource.ref,
        title=service["title"],
        status="HELD" if hold else first_status(resource),
        held_until=app.clock.now() + timedelta(minutes=minutes) if hold else None,
        timezone=resource.timezone,
        price_amount=price.amount if price else None,
        price_currency=price.currency if price else None,
        note=note,
        snapshot=dict(service["snapshot"]),
        **times(resource, starts_at, lane),
    )
    return made


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
