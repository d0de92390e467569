"""What the search knows of listings: the visible ones, written where they change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from kernel import Money, Principal, app
from plugins.listings.audience import closed_scopes, hidden_sellers
from plugins.listings.models import VISIBLE, Listing
from plugins.listings.permissions import BROWSE
from plugins.listings.queries import KIND, items
from plugins.listings.services.rows import changed, is_visible
from plugins.search import api as search

_BATCH = """
SELECT id FROM listings_listing WHERE {visible} AND id > %s ORDER BY id LIMIT %s FOR SHARE
"""


def follow(listings: Iterable[Listing]) -> None:
    """Bring the search and the kept pages to what these listings are now; two statements for any number."""
    known = list(listings)
    search.index(_written([each for each in known if is_visible(each)]))
    search.remove(KIND, [each.id for each in known if not is_visible(each)])
    changed()


def reindex(seller_id: UUID) -> None:
    """Bring the search to what a seller's listings are now."""
    follow(
        Listing.alive().where(Listing.seller_id == seller_id, Listing.status == "ACTIVE").order_by(Listing.id)
    )


def _written(listings: Sequence[Listing]) -> list[search.Document]:
    """Return listings as the search takes them, with what other plugins boost them by."""
    boosts: dict[UUID, float] = {}
    if listings:
        for found in app.hooks.call("listings_boosts", seller_ids={each.seller_id for each in listings}):
            boosts |= {each: max(boost, boosts.get(each, boost)) for each, boost in found.items()}
    return [document(each, boosts.get(each.seller_id, 1.0)) for each in listings]


def document(listing: Listing, boost: float = 1.0) -> search.Document:
    """Return a listing as the search takes it."""
    return search.Document(
        kind=KIND,
        id=listing.id,
        title=listing.title,
        body=f"{listing.description} {' '.join(_texts(listing.attributes))}",
        owner_id=listing.seller_id,
        scope=listing.scope,
        tags=[f"type:{listing.type}", f"category:{listing.category_id}"],
        amount=listing.price_amount,
        currency=listing.price_currency,
        published_at=listing.listed_at,
        popularity=listing.views,
        boost=boost,
    )


def _texts(attributes: Mapping[str, Any]) -> Iterable[str]:
    """Yield the words among attribute values: texts and choices, not numbers."""
    for value in attributes.values():
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, str):
                yield each


def kind() -> search.SearchKind:
    """Return listings as a kind of thing that can be found."""
    return search.SearchKind(KIND, BROWSE, _cards, _count, _documents)


def _cards(ids: Collection[UUID], caller: Principal) -> dict[UUID, search.Card]:
    """Return the cards of visible listings; the search has looked at the scope already."""
    hidden = {str(each) for each in hidden_sellers(caller)}
    found = items(list(ids))
    closed = closed_scopes({row["scope"] for row in found.values() if row["scope"]})
    return {
        each: _card(row)
        for each, row in found.items()
        if row["seller"]["id"] not in hidden and row["scope"] not in closed
    }


def _card(row: Mapping[str, Any]) -> search.Card:
    price = Money(**row["price"]) if row["price"] else None
    return search.Card(
        title=row["title"],
        url=f"/v1/listings/{row['id']}",
        summary=row["seller"]["name"],
        image_url=row["cover_url"],
        price=price,
    )


def _count() -> int:
    [(n,)] = app.db.rows(f"SELECT count(*) FROM listings_listing WHERE {VISIBLE}")  # noqa: S608 - a constant
    return int(n)


def _documents(after: UUID | None, limit: int) -> Sequence[search.Document]:
    rows = app.db.rows(_BATCH.format(visible=VISIBLE), (after or UUID(int=0), limit))
    ids = [row[0] for row in rows]
    return _written(list(Listing.select().where(Listing.id.in_(ids)).order_by(Listing.id))) if ids else []
