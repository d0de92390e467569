"""Listings as what is ordered: the refs `listing:<id>`, and the stock behind them.

The pipeline of orders calls this; listings work without it. A product with a
`quantity` is counted: what is ordered is taken off in the transaction that
places the order, the last piece makes it SOLD, and a cancelled order puts back
what it took. One without a quantity, and a service, can be ordered any number
of times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from kernel import Conflict, FieldError, Money, Principal, Statement, app
from plugins.listings.audience import hidden_sellers, may_see
from plugins.listings.events import ListingPublished, ListingSold
from plugins.listings.models import Listing
from plugins.listings.services.indexing import follow
from plugins.listings.services.rows import changed, identity, scope_of

PREFIX: Final = "listing:"
_SNAPSHOT: Final = ("type", "title", "description", "attributes", "cover_url", "seller_name")

_OFFERED: Final = Statement("""
SELECT id, seller_id, seller_name, type, status, title, description, attributes, cover_url, category_id,
    price_amount, price_currency, quantity, scope, withheld, version
FROM listings_listing WHERE id = ANY(%(ids)s::uuid[]) AND deleted_at IS NULL
""")
# Rows are locked in the order of their ids before any is changed: two checkouts of the same things wait for
# each other, not in a circle. Whether there is enough is looked at under that lock, by the same statement.
_TAKE: Final = Statement("""
WITH wanted AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(quantities)s::integer[]) AS w (id, n)
), locked AS MATERIALIZED (
    SELECT l.id FROM listings_listing AS l JOIN wanted USING (id) ORDER BY l.id FOR UPDATE OF l
)
UPDATE listings_listing AS l SET quantity = l.quantity - w.n, version = l.version + 1, updated_at = %(now)s,
    status = CASE WHEN l.quantity = w.n THEN 'SOLD' ELSE l.status END
FROM wanted AS w JOIN locked USING (id)
WHERE l.id = w.id AND l.status = 'ACTIVE' AND l.deleted_at IS NULL AND l.withheld = '{}'
    AND (l.quantity IS NULL OR l.quantity >= w.n)
RETURNING l.id, l.status
""")
# APPSEC: a seller may have counted up meanwhile; a sum that does not fit must not keep an order from its end.
_PUT_BACK: Final = Statement("""
WITH wanted AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(quantities)s::integer[]) AS w (id, n)
), locked AS MATERIALIZED (
    SELECT l.id, l.status, l.quantity FROM listings_listing AS l JOIN wanted USING (id) ORDER BY l.id
    FOR UPDATE OF l
)
UPDATE listings_listing AS l SET quantity = least(l.quantity + w.n::bigint, 2147483647),
    version = l.version + 1, updated_at = %(now)s,
    status = CASE WHEN locked.status = 'SOLD' AND locked.quantity = 0 THEN 'ACTIVE' ELSE l.status END
FROM wanted AS w JOIN locked USING (id)
WHERE l.id = w.id AND l.deleted_at IS NULL AND l.quantity IS NOT NULL
RETURNING l.id, locked.status <> l.status
""")


class OutOfStock(Conflict):
    """There is not as much left as was asked for; `errors[]` says of which line and how much there is."""

    type, title = "out-of-stock", "There is not enough left"


def resolve(refs: Sequence[str], buyer: Principal) -> dict[str, dict[str, Any]]:
    """Return the offers of `orders_resolve`: what the buyer may see, sold out or not. One statement.

    (One more where somebody may be hidden from the buyer.)
    """
    ids = {ref: found for ref in refs if (found := _id_of(ref)) is not None}
    if not ids:
        return {}
    hidden = hidden_sellers(buyer)
    rows = {row["id"]: row for row in app.db.dicts(_OFFERED, {"ids": list(ids.values())})}
    return {
        ref: _offer(ref, row)
        for ref, listing_id in ids.items()
        if (row := rows.get(listing_id)) and _is_offered(row) and may_see(row, buyer, hidden)
    }


def reserve(lines: Iterable[Any]) -> None:
    """Take what the lines of a draft need off the stock; raise OutOfStock naming what is left."""
    wanted = {found: line for line in lines if (found := _id_of(line.offer.ref)) is not None}
    if not wanted:
        return
    rows = app.db.rows(_TAKE, _quantities((listing_id, line.quantity) for listing_id, line in wanted.items()))
    if len(rows) < len(wanted):
        raise _lacking(wanted, {listing_id for listing_id, _ in rows})
    if sold := [listing_id for listing_id, status in rows if status == "SOLD"]:
        changed()  # PERF: not for each piece, or a busy market would keep no page at all
        _tell_sold(sold)


def release(lines: Iterable[Any]) -> None:
    """Put back what the lines of an order took; a listing that was sold out is on the list again."""
    taken = [(found, line.quantity) for line in lines if (found := _id_of(line.ref)) is not None]
    if not taken:
        return
    rows = app.db.rows(_PUT_BACK, _quantities(taken))
    if rows:
        changed()
    _tell_back([listing_id for listing_id, back in rows if back])


def _id_of(ref: str) -> UUID | None:
    """Return the id in a ref of ours; None for another's, and for what is no id."""
    if not ref.startswith(PREFIX):
        return None
    try:
        found = UUID(ref.removeprefix(PREFIX))
    except ValueError:
        return None  # like an id that does not exist
    return found if ref == f"{PREFIX}{found}" else None


def _is_offered(row: Mapping[str, Any]) -> bool:
    sold_out = row["status"] == "SOLD" and row["quantity"] == 0
    return row["price_amount"] is not None and not row["withheld"] and (row["status"] == "ACTIVE" or sold_out)


def _offer(ref: str, row: Mapping[str, Any]) -> dict[str, Any]:
    price = Money(row["price_amount"], row["price_currency"])
    return {
        "ref": ref,
        "title": row["title"],
        "seller_id": row["seller_id"],
        "unit_price": price,
        "available": row["quantity"],
        "scope": row["scope"] or None,
        "snapshot": {name: row[name] for name in _SNAPSHOT}
        | {
            "listing_id": str(row["id"]),
            "category_id": str(row["category_id"]),
            "price": price.as_dict(),
            "version": row["version"],
        },
    }


def _quantities(wanted: Iterable[tuple[UUID, int]]) -> dict[str, Any]:
    pairs = list(wanted)
    return {"ids": [a for a, _ in pairs], "quantities": [n for _, n in pairs], "now": app.clock.now()}


def _lacking(wanted: Mapping[UUID, Any], taken: set[UUID]) -> OutOfStock:
    """Return the problem of a stock that did not suffice; what was taken goes back with the transaction."""
    short = {listing_id: line for listing_id, line in wanted.items() if listing_id not in taken}
    rows = Listing.alive().where(Listing.id.in_(list(short)), Listing.status == "ACTIVE")
    left = {row.id: row.quantity or 0 for row in rows if not row.withheld}
    return OutOfStock(
        errors=[
            FieldError(f"Only {left.get(listing_id, 0)} left.", pointer=f"/lines/{line.position}/quantity")
            for listing_id, line in short.items()
        ]
    )


def _tell_sold(ids: Sequence[UUID]) -> None:
    rows = _followed(ids)
    for scope in sorted({row.scope for row in rows}):
        told = [ListingSold(**identity(row)) for row in rows if row.scope == scope]
        app.bus.publish(*told, scope=scope or None)


def _tell_back(ids: Sequence[UUID]) -> None:
    for row in _followed(ids):
        assert row.category_id is not None, "it was published"
        event = ListingPublished(
            **identity(row), type=row.type, category_id=row.category_id, transition="restock"
        )
        app.bus.publish(event, scope=scope_of(row))


def _followed(ids: Sequence[UUID]) -> list[Listing]:
    """Bring the search to what these listings are now; return them by their ids."""
    if not ids:
        return []
    rows = list(Listing.select().where(Listing.id.in_(list(ids))).order_by(Listing.id))
    follow(rows)
    return rows
