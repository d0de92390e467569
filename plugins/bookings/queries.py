"""Read paths: one's bookings, one with its history, one's resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel import NotFound, Page, Principal, app, paginate, where_scope
from plugins.accounts import api as accounts
from plugins.bookings.cards import price_of
from plugins.bookings.models import Booking, Change, Feed, Hours, Resource, Step
from plugins.bookings.offers import person
from plugins.bookings.permissions import MANAGE
from plugins.bookings.services.changing import parties_of
from plugins.bookings.states import allowed


def page(caller: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of bookings by their time, the latest first: two statements.

    As customer, as provider, or as operator of what one looks after.
    """
    me = person(caller)
    whose = {
        "customer": Booking.customer_id == me,
        "provider": Booking.provider_id == me,
        "operator": where_scope(caller, MANAGE, Booking.scope),
    }[asked["as_"]]
    query = Booking.select().where(whose)
    if asked["status"] is not None:
        query = query.where(Booking.status == asked["status"])
    if asked["since"] is not None:
        query = query.where(Booking.ends_at > asked["since"])
    if asked["until"] is not None:
        query = query.where(Booking.starts_at < asked["until"])
    order = (Booking.starts_at.desc(), Booking.id.desc())
    found = paginate(query, order, cursor=asked["cursor"], limit=asked["limit"])
    cards = accounts.user_cards(
        {each for row in found.items for each in (row.customer_id, row.provider_id)}, me
    )
    return Page([{**shown(row, caller), **_people(row, cards)} for row in found.items], found.next)


def one(caller: Principal, booking_id: UUID) -> dict[str, Any]:
    """Return a booking with its history; raise NotFound for what is none of the caller's business."""
    row = Booking.get_or_none(Booking.id == booking_id)
    if row is None or not parties_of(row, caller):
        raise NotFound
    cards = accounts.user_cards({row.customer_id, row.provider_id}, caller.id)
    steps = list(Step.select().where(Step.booking == booking_id).order_by(Step.id).limit(200))
    return {**shown(row, caller), **_people(row, cards), "note": row.note, "history": steps}


def shown(row: Booking, caller: Principal) -> dict[str, Any]:
    """Return a booking as the API shows it; a hold that is over is EXPIRED, swept or not."""
    lapsed = row.status == "HELD" and row.held_until <= app.clock.now()
    status = "EXPIRED" if lapsed else row.status
    unpaid = status == "HELD" and bool(row.payment_url)
    return {
        **row.__data__,
        "status": status,
        "scope": row.scope or None,
        "price": price_of(row),
        "payment_url": row.payment_url if unpaid else None,
        "allowed": allowed(status, parties_of(row, caller), unpaid=unpaid),
    }


def _people(row: Booking, cards: Mapping[UUID, Any]) -> dict[str, Any]:
    return {"customer": cards.get(row.customer_id), "provider": cards.get(row.provider_id)}


def transaction(ref: str) -> dict[str, Any] | None:
    """Return a booking as what may be reviewed: `booking:<id>`; None for every other ref."""
    kind, _, text = ref.partition(":")
    try:
        row = Booking.get_or_none(Booking.id == UUID(text)) if kind == "booking" else None
    except ValueError:
        return None  # like an id that does not exist
    if row is None:
        return None
    return {
        "ref": f"booking:{row.id}",
        "parties": {"seller": row.provider_id, "buyer": row.customer_id},
        "completed_at": row.completed_at,
        "title": row.title,
        "scope": row.scope or None,
        "about": (row.ref,),
    }


def resources(caller: Principal, cursor: str | None, limit: int) -> Page[Resource]:
    """Return a page of one's resources, the latest first."""
    query = Resource.select().where(Resource.provider_id == person(caller))
    return paginate(query, (Resource.id.desc(),), cursor=cursor, limit=limit)


def resource(row: Resource) -> dict[str, Any]:
    """Return a resource with its weekly hours: one statement."""
    hours = Hours.select().where(Hours.resource == row.id).order_by(Hours.weekday, Hours.start, Hours.id)
    return {**row.__data__, "hours": list(hours)}


def changes(resource_id: UUID, cursor: str | None, limit: int) -> Page[Change]:
    """Return a page of a resource's exceptions, the latest days first."""
    query = Change.select().where(Change.resource == resource_id)
    return paginate(query, (Change.last_day.desc(), Change.id.desc()), cursor=cursor, limit=limit)


def feeds(caller: Principal, cursor: str | None, limit: int) -> Page[Feed]:
    """Return a page of one's calendar feeds, the latest first."""
    query = Feed.select().where(Feed.owner_id == person(caller))
    return paginate(query, (Feed.id.desc(),), cursor=cursor, limit=limit)
