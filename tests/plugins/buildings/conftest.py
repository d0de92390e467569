"""Buildings, the people who run them, live there, or want to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from kernel import uuid7
from plugins.accounts import api as accounts

URL = "/v1/buildings"


@dataclass
class Person:
    """Somebody with an account and a signed-in client."""

    id: UUID
    email: str
    client: Any

    def join(self, house: House, **body: Any) -> Any:
        return self.client.post(f"{house.url}/join-requests", body)


@dataclass
class House:
    """A building and who runs it."""

    id: UUID
    admin: Person
    units: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{URL}/{self.id}"

    @property
    def scope(self) -> str:
        return f"building:{self.id}"

    def allow(self, **changes: Any) -> Any:
        """Change what is allowed."""
        answer = self.admin.client.patch(f"{self.url}/settings", changes)
        assert answer.status == 200, answer.text
        return answer.json

    def add(self, number: str, **more: Any) -> dict[str, Any]:
        """Add a unit."""
        return self.admin.client.post(f"{self.url}/units", {"number": number, **more}).json

    def take_in(self, person: Person, **body: Any) -> Person:
        """Let somebody ask, and say yes."""
        asked = person.join(self, **body).json
        answer = self.admin.client.post(f"{self.url}/join-requests/{asked['id']}/approve", {})
        assert answer.status == 200, answer.text
        return person

    def invite(self, **body: Any) -> str:
        """Return a code."""
        return self.admin.client.post(f"{self.url}/invitations", body).json["code"]


@pytest.fixture
def person(client) -> Callable[..., Person]:
    """Open an account and sign it in: `person("Ada")`."""

    def make(name: str = "Ada Lindqvist", *roles: str) -> Person:
        email = f"{uuid7().hex}@example.com"
        user_id = accounts.create_user(name=name, email=email, verified=True)
        return Person(user_id, email, client.as_user(user_id, *roles))

    return make


@pytest.fixture
def house(client, person) -> Callable[..., House]:
    """Open a building run by somebody new: `house("Attalos", listed=False)`."""

    def make(name: str = "Stoa of Attalos", **more: Any) -> House:
        admin = person(f"Admin of {name}")
        said = {"name": name, "city": "Lisbon", "country": "PT", "admin_id": str(admin.id), **more}
        made = client.as_admin().post(URL, said)
        assert made.status == 201, made.text
        return House(UUID(made.json["id"]), admin)

    return make


@pytest.fixture
def attalos(house) -> House:
    return house()


@pytest.fixture
def published(app) -> Callable[..., list[str]]:
    """Return the types of the events of buildings stored so far, in order."""
    return lambda: [
        wire.removeprefix("buildings.").removesuffix(".v1")
        for (wire,) in app.db.rows(
            "SELECT type FROM kernel_event WHERE type LIKE 'buildings.%%' ORDER BY position"
        )
    ]
