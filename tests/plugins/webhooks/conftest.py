"""People with endpoints, and events that concern them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from kernel import uuid7
from plugins.accounts import api as accounts
from plugins.listings.api import ListingSold
from tests.plugins.webhooks.receiver import Receiver

SOLD = "listings.listing.sold.v1"


@dataclass
class Person:
    """Somebody with an account and a signed-in client."""

    id: UUID
    email: str
    client: Any

    def sign_in(self) -> None:
        """Get a new token: the clock has moved past the old one's end."""
        self.client = self.client.as_user(self.id)

    def endpoint(self, url: str, **given: Any) -> Endpoint:
        made = self.client.post("/v1/webhooks", {"url": url, **given})
        assert made.status == 201, made.text
        return Endpoint(self, made.json["endpoint"]["id"], made.json["secret"])


@dataclass
class Endpoint:
    """An endpoint of somebody's, over HTTP."""

    owner: Person
    id: str
    secret: str

    @property
    def url(self) -> str:
        return f"/v1/webhooks/{self.id}"

    @property
    def shown(self) -> dict[str, Any]:
        return self.owner.client.get(self.url).json

    @property
    def log(self) -> list[dict[str, Any]]:
        return self.owner.client.get(f"{self.url}/deliveries").json["items"]

    def post(self, step: str, body: Any = None) -> Any:
        return self.owner.client.post(f"{self.url}/{step}", body)


@pytest.fixture
def person(client) -> Callable[..., Person]:
    """Open an account and sign it in: `person("webhooks_manager", scope="shop:a")`."""

    def make(*roles: str, scope: str | None = None) -> Person:
        email = f"{uuid7().hex}@example.com"
        user_id = accounts.create_user(name="Ada", email=email, verified=True)
        return Person(user_id, email, client.as_user(user_id, *roles, scope=scope))

    return make


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.stop()


@pytest.fixture
def sold(app) -> Callable[..., UUID]:
    """Publish that a listing of somebody's was sold; return the listing's id."""

    def publish(seller_id: UUID, scope: str | None = None) -> UUID:
        event = ListingSold(listing_id=uuid7(), seller_id=seller_id)
        with app.db.atomic():
            app.bus.publish(event, scope=scope)
        return event.listing_id

    return publish
