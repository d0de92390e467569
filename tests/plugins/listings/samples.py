"""Objects of listings for the generated tests."""

from __future__ import annotations

from uuid import UUID

from kernel import Money, uuid7
from kernel.application import Application
from kernel.auth.principals import ALL, Principal
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.categories import services as categories
from plugins.listings.services import editing
from plugins.listings.services.transitions import change_status

ONE = "/listings/{listing_id}"


def seller() -> Principal:
    """Return somebody new, as the services see them."""
    user_id = accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)
    return Principal(id=user_id, kind="user", permissions={"listings:publish": ALL})


def offer(who: Principal, status: str) -> UUID:
    """Return a new listing in a category of its own."""
    category_id = uuid7()
    fields = {"name": "Sample", "slug": f"sample-{category_id}", "parent_id": None, "attributes": []}
    categories.create(None, fields, id=category_id)
    given = {
        "type": "PRODUCT",
        "title": "A chair",
        "status": status,
        "scope": None,
        "category_id": category_id,
        "price": Money(4900, "USD"),
    }
    return editing.create(who, given)


@sample("listing_id")
def draft(app: Application) -> Sample:
    who = seller()
    assert who.id is not None
    bodies = {f"PATCH {ONE}": {"title": "A stool"}, f"PUT {ONE}/gallery": {"media_ids": []}}
    return Sample({"listing_id": offer(who, "DRAFT")}, owner=who.id, bodies=bodies)


@sample("listing_id", paths=[f"POST {ONE}/{step}" for step in ("sell", "deactivate", "renew")])
def active(app: Application) -> Sample:
    who = seller()
    assert who.id is not None
    return Sample({"listing_id": offer(who, "ACTIVE")}, owner=who.id, public=True)


@sample("listing_id", paths=[f"POST {ONE}/reactivate"])
def deactivated(app: Application) -> Sample:
    who = seller()
    assert who.id is not None
    listing_id = offer(who, "ACTIVE")
    change_status(listing_id, "deactivate", None, who)
    return Sample({"listing_id": listing_id}, owner=who.id)
