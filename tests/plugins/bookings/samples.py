"""Objects of bookings for the generated tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kernel import uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.bookings.models import Booking, Change, Feed, Hours, Resource
from plugins.bookings.services import feeds

BASE = "/bookings/{booking_id}"
RESOURCE = "/bookings/resources/{resource_id}"


def someone() -> UUID:
    return accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)


def resource_of(provider_id: UUID, ref: str = "") -> Any:
    made = Resource.create(
        provider_id=provider_id,
        ref=ref or f"sample:{uuid7()}",
        timezone="UTC",
        capacity=1,
        duration=60,
        step=60,
        buffer_before=0,
        buffer_after=0,
        min_notice=0,
        max_ahead=86_400,
        cancel_notice=0,
        auto_confirm=False,
        open=True,
    )
    for weekday in range(7):
        Hours.create(resource=made.id, weekday=weekday, start=0, end=1440, weeks=1)
    return Resource.get_by_id(made.id)


def booked(app: Application, status: str, *, ahead: int, by_customer: bool) -> Sample:
    """Return a booking so many days ahead; its sample's owner is its customer, or its provider."""
    provider, customer = someone(), someone()
    resource = resource_of(provider)
    start = datetime.combine(app.clock.now().date() + timedelta(days=ahead), datetime.min.time(), UTC)
    end = start + timedelta(hours=1)
    made = Booking.create(
        resource=resource.id,
        resource_number=resource.number,
        lane=0,
        customer_id=customer,
        provider_id=provider,
        scope="",
        ref=resource.ref,
        title="Haircut",
        status=status,
        starts_at=start,
        ends_at=end,
        blocked_from=start,
        blocked_until=end,
        held_until=app.clock.now() + timedelta(minutes=10) if status == "HELD" else None,
        cancellable_until=start,
        timezone="UTC",
        note="",
        snapshot={},
    )
    bodies = {
        f"POST {BASE}/cancel": {"reason": "Ill"},
        f"POST {BASE}/decline": {"reason": "Ill"},
        f"POST {BASE}/reschedule": {"starts_at": (start + timedelta(days=1)).isoformat()},
    }
    return Sample({"booking_id": made.id}, owner=customer if by_customer else provider, bodies=bodies)


@sample("booking_id")
def pending(app: Application) -> Sample:
    return booked(app, "PENDING", ahead=3, by_customer=False)


@sample("booking_id", paths=[f"POST {BASE}/request"])
def held(app: Application) -> Sample:
    return booked(app, "HELD", ahead=3, by_customer=True)


@sample("booking_id", paths=[f"POST {BASE}/complete", f"POST {BASE}/no-show"])
def begun(app: Application) -> Sample:
    return booked(app, "CONFIRMED", ahead=-1, by_customer=False)


@sample("resource_id")
def resource(app: Application) -> Sample:
    provider = someone()
    days = {"opens": False, "first_day": "2026-12-24", "last_day": "2026-12-26"}
    bodies = {"PATCH": {"capacity": 2}, f"POST {RESOURCE}/exceptions": days}
    return Sample({"resource_id": resource_of(provider).id}, owner=provider, bodies=bodies)


@sample("resource_id", "change_id")
def change(app: Application) -> Sample:
    provider = someone()
    made = resource_of(provider)
    day = app.clock.now().date()
    closed = Change.create(
        resource=made.id, opens=False, first_day=day, last_day=day, start=0, end=1440, note=""
    )
    return Sample({"resource_id": made.id, "change_id": closed.id}, owner=provider)


@sample("feed_id")
def feed(app: Application) -> Sample:
    owner = someone()
    return Sample({"feed_id": Feed.create(owner_id=owner, digest=uuid7().bytes).id}, owner=owner)


@sample("token")
def calendar(app: Application) -> Sample:
    owner = someone()
    made = feeds.create(app.auth.principal_of(owner), None)
    return Sample({"token": made.url.rpartition("/")[2]}, owner=owner, public=True)


@sample(rooms=["user"])
def own_room(app: Application) -> Sample:
    user_id = someone()
    return Sample({"user": user_id}, owner=user_id)
