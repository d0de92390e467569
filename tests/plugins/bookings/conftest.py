"""A provider with a service, its hours, and customers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel import uuid7
from plugins.accounts import api as accounts
from plugins.categories import services as categories

URL = "/v1/bookings"
MONDAY = date(2027, 3, 1)
NOW = datetime(2027, 2, 27, 12, tzinfo=UTC)
ALWAYS = [{"weekday": day, "start": 0, "end": 1440} for day in range(7)]
MORNINGS = [{"weekday": day, "start": 540, "end": 720} for day in range(5)]


def at(hour: int, minute: int = 0, day: date = MONDAY) -> str:
    """Return a moment (UTC) as the API takes it."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC).isoformat()


@dataclass
class Person:
    """Somebody with an account and a signed-in client."""

    id: UUID
    email: str
    client: Any

    def sign_in(self) -> None:
        """Get a new token: the clock has moved past the old one's end."""
        self.client = self.client.as_user(self.id)

    def book(self, ref: str, starts_at: str, **more: Any) -> Any:
        return self.client.post(URL, {"ref": ref, "starts_at": starts_at, **more})

    def step(self, booking_id: str, name: str, body: Any = None, **headers: str) -> Any:
        return self.client.with_headers(**headers).post(f"{URL}/{booking_id}/{name}", body)

    def see(self, booking_id: str) -> Any:
        return self.client.get(f"{URL}/{booking_id}")


@dataclass
class Resource:
    """A service that can be booked."""

    provider: Person
    id: str
    ref: str

    @property
    def url(self) -> str:
        return f"{URL}/resources/{self.id}"

    def change(self, **changes: Any) -> Any:
        return self.provider.client.patch(self.url, changes)

    def except_on(self, day: date, *, opens: bool = False, **more: Any) -> Any:
        days = {"first_day": day.isoformat(), "last_day": day.isoformat()}
        return self.provider.client.post(f"{self.url}/exceptions", {"opens": opens, **days, **more})


@pytest.fixture
def now(clock):
    """Begin on the Saturday before the week the tests book in."""
    clock.freeze(NOW)
    return clock


@pytest.fixture
def person(now, client) -> Callable[..., Person]:
    def make(*roles: str, scope: str | None = None) -> Person:
        email = f"{uuid7().hex}@example.com"
        user_id = accounts.create_user(name="Ada", email=email, verified=True)
        return Person(user_id, email, client.as_user(user_id, *roles, scope=scope))

    return make


@pytest.fixture
def service(app, now, person) -> Callable[..., str]:
    """Publish a service of somebody's; return its ref."""
    category = uuid7()
    fields = {"name": "Haircuts", "slug": "haircuts", "parent_id": None, "attributes": []}

    def make(provider: Person, type: str = "SERVICE", **more: Any) -> str:
        if not app.db.rows("SELECT FROM categories_category WHERE id = %s", (category,)):
            categories.create(None, fields, id=category)
        body = {"type": type, "title": "Haircut", "status": "ACTIVE", "category_id": str(category), **more}
        made = provider.client.post("/v1/listings", {**body, "price": {"amount": 4900, "currency": "USD"}})
        assert made.status == 201, made.text
        return f"listing:{made.json['id']}"

    return make


@pytest.fixture
def resource(person, service) -> Callable[..., Resource]:
    """Make a service bookable: an hour each, on the hour, always open, unless told otherwise."""

    def make(provider: Person | None = None, **given: Any) -> Resource:
        provider = provider or person()
        ref = service(provider)
        settings = {"timezone": "UTC", "duration": 60, "step": 60, "hours": ALWAYS, **given}
        made = provider.client.post(f"{URL}/resources", {"ref": ref, **settings})
        assert made.status == 201, made.text
        return Resource(provider, made.json["id"], ref)

    return make


@pytest.fixture
def times(person) -> Callable[..., list[str]]:
    """Return when a resource can be booked: `times(resource, MONDAY)` as `HH:MM` in UTC."""
    reader = person()

    def ask(resource: Resource, since: date, until: date | None = None) -> list[str]:
        query = {"ref": resource.ref, "since": since.isoformat(), "until": (until or since).isoformat()}
        answer = reader.client.get(f"{URL}/availability", query=query)
        assert answer.status == 200, answer.text
        return [each["starts_at"][11:16] for each in answer.json["items"]]

    return ask


def days_after(day: date, number: int) -> date:
    return day + timedelta(days=number)
