"""People who ask, people who review, and their papers."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from kernel import uuid7
from plugins.accounts import api as accounts
from plugins.media import api as media

URL = "/v1/verifications"


@dataclass
class Person:
    """Somebody with an account and a signed-in client."""

    id: UUID
    email: str
    client: Any

    def ask(self, **body: Any) -> Any:
        return self.client.post(URL, {"kind": "verification.seller", **body})

    def act(self, request: dict[str, Any], name: str, body: Any = None, **headers: str) -> Any:
        return self.client.with_headers(**headers).post(f"{URL}/{request['id']}/{name}", body)

    def see(self, request: dict[str, Any]) -> Any:
        return self.client.get(f"{URL}/{request['id']}")


@pytest.fixture
def person(client) -> Callable[..., Person]:
    """Open an account and sign it in: `person("Ada", "verification_reviewer")`."""

    def make(name: str = "Ada Lindqvist", *roles: str) -> Person:
        email = f"{uuid7().hex}@example.com"
        user_id = accounts.create_user(name=name, email=email, verified=True)
        return Person(user_id, email, client.as_user(user_id, *roles))

    return make


@pytest.fixture
def ada(person) -> Person:
    return person()


@pytest.fixture
def reviewer(person) -> Person:
    return person("Rea Okafor", "verification_reviewer")


@pytest.fixture
def paper(app, work) -> Callable[..., str]:
    """Upload a document on somebody's behalf; return its id."""

    def make(owner: Person, visibility: str = "private") -> str:
        data = io.BytesIO()
        Image.new("RGB", (320, 200), uuid7().int % 0xFFFFFF).save(data, "PNG")
        data.seek(0)
        made = media.import_file(data, owner_id=owner.id, filename="id.png", visibility=visibility)
        work()
        return str(made)

    return make


@pytest.fixture
def complete(paper) -> Callable[..., dict[str, Any]]:
    """Return all a seller hands over: `complete(ada, expires_on="2027-01-31")`."""

    def make(owner: Person, expires_on: str | None = None) -> dict[str, Any]:
        document = {"type": "identity_document", "media_id": paper(owner), "expires_on": expires_on}
        identity = {"legal_name": "Ada Lindqvist", "date_of_birth": "1990-05-17"}
        return {
            "identity": {"values": identity, "documents": [document]},
            "agreement": {"values": {"accepted": "1"}},
            "payout": {"values": {"account_holder": "Ada Lindqvist", "account_number": "DE89 3704"}},
        }

    return make


@pytest.fixture
def asked(complete) -> Callable[..., dict[str, Any]]:
    """Submit a complete request and return it."""

    def make(owner: Person, **more: Any) -> dict[str, Any]:
        made = owner.ask(steps=complete(owner, **more), submit=True)
        assert made.status == 201, made.text
        return made.json

    return make


@pytest.fixture
def published(app) -> Callable[[], list[str]]:
    """Return the types of the events of verification stored so far, in order."""
    return lambda: [
        wire.removeprefix("verification.request.").removesuffix(".v1")
        for (wire,) in app.db.rows(
            "SELECT type FROM kernel_event WHERE type LIKE 'verification.%%' ORDER BY position"
        )
    ]
