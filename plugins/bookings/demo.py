"""A few services that can be booked, and a booking of each of them in every state.

Written in bulk and not through the services. Services come from whoever has some in
their own demo data (`bookings_demo`); without any, they are only words, and show
what is booked but not what could be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from kernel import SYSTEM, Money
from plugins.accounts import api as accounts
from plugins.bookings.local_time import moment
from plugins.bookings.models import Booking, Hours, Resource, Step
from plugins.bookings.offers import service_of

if TYPE_CHECKING:
    from kernel import Application

COUNT: Final = 4
ZONES: Final = ("Europe/Berlin", "Europe/Lisbon", "America/New_York", "Asia/Kolkata")
WORDS: Final = ("Piano lesson", "Bicycle repair", "Garden care", "Portrait photography")
OPEN: Final = (9 * 60, 17 * 60)
LASTS: Final = 60
_FIRST: Final = 1_767_225_600_000  # milliseconds: 2026 begins
Path = tuple[tuple[str, str, str], ...]
"""What happened to a booking: transition, status, party."""

PATHS: Final[Mapping[str, tuple[int, Path]]] = {
    "HELD": (2, (("place", "HELD", "customer"),)),
    "PENDING": (3, (("place", "PENDING", "customer"),)),
    "CONFIRMED": (4, (("place", "PENDING", "customer"), ("confirm", "CONFIRMED", "provider"))),
    "CANCELLED": (5, (("place", "PENDING", "customer"), ("cancel", "CANCELLED", "customer"))),
    "COMPLETED": (
        -5,
        (
            ("place", "PENDING", "customer"),
            ("confirm", "CONFIRMED", "provider"),
            ("complete", "COMPLETED", "provider"),
        ),
    ),
    "NO_SHOW": (
        -4,
        (
            ("place", "PENDING", "customer"),
            ("confirm", "CONFIRMED", "provider"),
            ("no_show", "NO_SHOW", "provider"),
        ),
    ),
    "EXPIRED": (-3, (("place", "PENDING", "customer"), ("expire", "EXPIRED", "system"))),
}
"""By status: on which day from now it is, and what happened to it."""


def load(app: Application, progress: Callable[[int, int], None]) -> None:
    """Write the resources with their hours, and the bookings with their histories."""
    refs = [ref for found in app.hooks.call("bookings_demo") for ref in found]
    with app.db.atomic():
        for number in range(COUNT):
            _offer(app, number, refs[number] if number < len(refs) else f"demo:{number}")
    progress(COUNT, COUNT)


def _offer(app: Application, number: int, ref: str) -> None:
    service = service_of(ref, SYSTEM) or _words(number)
    wanted = {
        "id": _id(f"resource {number}"), "provider_id": service["provider_id"], "ref": ref, "open": True,
        "timezone": ZONES[number], "capacity": 1 + number % 2, "duration": LASTS, "step": LASTS,
        "buffer_before": 0, "buffer_after": 0, "min_notice": 60, "max_ahead": 86_400, "cancel_notice": 1440,
        "auto_confirm": False,
    }  # fmt: skip
    Resource.insert(wanted).on_conflict_ignore().execute()
    resource = Resource.get_or_none(Resource.id == wanted["id"])
    if resource is None:
        return  # somebody made this service bookable already
    hours = [
        {"id": _id(f"hours {number} {day}"), "resource": resource.id, "weekday": day, "weeks": 1,
         "start": OPEN[0], "end": OPEN[1]}
        for day in range(7)
    ]  # fmt: skip
    Hours.insert_many(hours).on_conflict_ignore().execute()
    for position, status in enumerate(PATHS):
        _book(app, resource, service, number * len(PATHS) + position, status)


def _book(app: Application, resource: Resource, service: Mapping[str, Any], number: int, status: str) -> None:
    ahead, path = PATHS[status]
    zone, now = ZoneInfo(resource.timezone), app.clock.now()
    starts_at = moment(
        now.astimezone(zone).date() + timedelta(days=ahead), OPEN[0] + number % 6 * LASTS, zone
    )
    placed = min(now, starts_at) - timedelta(days=1)
    row = _row(resource, service, number, starts_at) | {
        "status": status,
        "created_at": placed,
        "updated_at": placed + timedelta(hours=len(path)),
        "version": len(path),
        "held_until": now + timedelta(minutes=30) if status == "HELD" else None,
        "completed_at": starts_at + timedelta(hours=2) if status == "COMPLETED" else None,
    }
    Booking.insert(row).on_conflict_ignore().execute()
    steps = [_step(row, number, at, path) for at in range(len(path))]
    Step.insert_many(steps).on_conflict_ignore().execute()


def _row(resource: Resource, service: Mapping[str, Any], number: int, starts_at: datetime) -> dict[str, Any]:
    price, ends_at = service["price"], starts_at + timedelta(minutes=LASTS)
    people = [accounts.demo_user(one) for one in (1 + number, 2 + number)]
    return {
        "id": _id(f"booking {number}"), "resource": resource.id, "resource_number": resource.number,
        "customer_id": next(one for one in people if one != resource.provider_id),
        "provider_id": resource.provider_id, "scope": service["scope"] or "", "ref": resource.ref,
        "title": service["title"], "starts_at": starts_at, "ends_at": ends_at, "blocked_from": starts_at,
        "blocked_until": ends_at, "timezone": resource.timezone, "note": "", "snapshot": {},
        "cancellable_until": starts_at - timedelta(minutes=resource.cancel_notice),
        "lane": 0, "payment_url": "",
        "price_amount": price.amount if price else None, "price_currency": price.currency if price else None,
    }  # fmt: skip


def _step(row: Mapping[str, Any], number: int, at: int, path: Path) -> dict[str, Any]:
    transition, status, party = path[at]
    done = row["created_at"] + timedelta(hours=at)
    return {
        "id": _id(f"step {number} {at}", at),
        "created_at": done,
        "updated_at": done,
        "booking": row["id"],
        "transition": transition,
        "was": path[at - 1][1] if at else "",
        "status": status,
        "party": party,
        "actor_id": row.get(f"{party}_id"),
        "reason": "I am travelling" if transition == "cancel" else "",
        "starts_at": row["starts_at"],
    }


def _words(number: int) -> dict[str, Any]:
    """Return a service that nobody offers."""
    provider = accounts.demo_user(30 + number)
    return {"title": WORDS[number], "provider_id": provider, "scope": None, "price": Money(3_000, "USD")}


def _id(name: str, rank: int = 0) -> UUID:
    """Return the id of a demo row, the same everywhere: a UUIDv7 whose time follows from its rank."""
    chance = int.from_bytes(hashlib.sha256(f"stoa demo {name}".encode()).digest()[:7], "big")
    return UUID(int=(_FIRST + rank) << 80 | 7 << 76 | 2 << 62 | chance)
