"""Sellers, categories, pictures and listings for the tests."""

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
from plugins.categories import services as categories
from plugins.media import api as media

SIZE = {
    "key": "size",
    "label": "Size",
    "type": "choice",
    "required": True,
    "unit": "",
    "minimum": None,
    "maximum": None,
    "options": ["S", "M", "L"],
}


@dataclass
class Seller:
    """A person with an account and a signed-in client."""

    id: UUID
    client: Any

    def sign_in(self) -> None:
        """Get a new token: the clock has moved past the old one's end."""
        self.client = self.client.as_user(self.id)

    def offer(self, **changes: Any) -> dict[str, Any]:
        """Publish a listing and return it."""
        body = {"type": "PRODUCT", "title": "Oak chair", "status": "ACTIVE", **changes}
        answer = self.client.post("/v1/listings", body)
        assert answer.status == 201, answer.text
        return answer.json


@pytest.fixture
def category(app) -> Callable[..., UUID]:
    """Make a category: `category("chairs", parent=…, attributes=[…])`."""

    def make(slug: str = "chairs", parent: UUID | None = None, attributes=(), scope=None) -> UUID:
        fields = {"name": slug.title(), "slug": slug, "parent_id": parent, "attributes": list(attributes)}
        made = uuid7()
        categories.create(scope, fields, id=made)
        return made

    return make


@pytest.fixture
def chairs(category) -> UUID:
    return category("chairs")


@pytest.fixture
def seller(client) -> Callable[..., Seller]:
    """Open an account and sign it in: `seller("Ada", "listings_member", scope="shop:a")`."""

    def make(name: str = "Ada Lindqvist", *roles: str, scope: str | None = None) -> Seller:
        user_id = accounts.create_user(name=name, email=f"{uuid7().hex}@example.com", verified=True)
        return Seller(user_id, client.as_user(user_id, *roles, scope=scope))

    return make


@pytest.fixture
def ada(seller, chairs) -> Seller:
    """A seller whose offers have a category and a price."""
    found = seller()
    plain = found.offer
    found.offer = lambda **changes: plain(
        **{"category_id": str(chairs), "price": {"amount": 4900, "currency": "USD"}, **changes}
    )
    return found


@pytest.fixture
def picture(app, work) -> Callable[..., UUID]:
    """Upload a picture on somebody's behalf and process it, unless told not to."""

    def make(owner_id: UUID, *, visibility: str = "public", processed: bool = True) -> UUID:
        data = io.BytesIO()
        Image.new("RGB", (640, 480), uuid7().int % 0xFFFFFF).save(data, "PNG")
        data.seek(0)
        made = media.import_file(data, owner_id=owner_id, filename="a.png", visibility=visibility)
        if processed:
            work()
        return made

    return make


@pytest.fixture
def types(app) -> Callable[[], list[str]]:
    """Return the types of the events of listings stored so far, in order."""
    return lambda: [
        wire.removeprefix("listings.listing.").removesuffix(".v1")
        for (wire,) in app.db.rows(
            "SELECT type FROM kernel_event WHERE type LIKE 'listings.%%' ORDER BY position"
        )
    ]
