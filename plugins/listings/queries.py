"""Read paths: pages of listings, one listing, cards for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from kernel import ALL, FieldError, Invalid, NotFound, Page, Principal, app
from plugins.categories import api as categories
from plugins.listings import sql
from plugins.listings.audience import closed_scopes, hidden_sellers, may_change, may_see, open_to
from plugins.listings.keyset import cursor_of, moment_of, position_of
from plugins.listings.permissions import MODERATE
from plugins.listings.settings import ListingsSettings
from plugins.listings.states import SHOWN, allowed_from
from plugins.media import api as media
from plugins.search import api as search

KIND: Final = "listing"
"""What listings are called in the search."""

_PLAIN: Final = ("type", "seller", "min_price", "max_price", "published_after", "published_before")


def browse(
    viewer: Principal, asked: Mapping[str, Any], hidden: Sequence[UUID] | None = None
) -> Page[dict[str, Any]]:
    """Return a page of the list: one statement; with `q` one or two more, or four for a misspelling.

    `hidden` are the sellers not to be shown, where they were looked up already.
    """
    unseen = hidden_sellers(viewer) if hidden is None else hidden
    if "q" in asked:
        return _searched(viewer, asked, unseen)
    sort = asked.get("sort", "newest")
    conditions, values = _filters(viewer, asked, "newest" if sort == "relevance" else sort)
    if unseen:
        conditions.append("hidden")
        values["hidden"] = list(unseen)
    return _page("newest" if sort == "relevance" else sort, conditions, values, asked)


def mine(seller_id: UUID, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of one's own listings, whatever their status, the latest first. One statement."""
    conditions = ["alive", "own"]
    values: dict[str, Any] = {"own": seller_id}
    if "status" in asked:
        conditions[0], values["status"] = "of_status", asked["status"]
    if "q" in asked:
        conditions.append("titled")
        values["q"] = asked["q"]
    return _page("newest", conditions, values, asked)


def _page(
    sort: str, conditions: Sequence[str], values: dict[str, Any], asked: Mapping[str, Any]
) -> Page[dict[str, Any]]:
    cursor, limit = asked["cursor"], asked["limit"]
    values["limit"] = limit + 1
    if cursor is not None:
        number, values["id"] = position_of(cursor)
        values["key"] = moment_of(number) if sort == "newest" else number
    rows = app.db.rows(
        sql.page(sort, tuple(conditions), _branch(sort, conditions), cursor is not None), values
    )
    if len(rows) <= limit:
        return Page([_item(row) for row in rows], plain=True)
    del rows[limit:]
    last = rows[-1]
    position = cursor_of(last[sql.SORTS[sort].place], last[0])
    return Page([_item(row) for row in rows], position, plain=True)


def _branch(sort: str, conditions: Sequence[str]) -> str:
    """Return the condition whose values are merged from an index that is ordered within each."""
    if "categories" in conditions and sort == "newest":
        return "categories"
    return "scopes" if "scopes" in conditions and "visible" in conditions else ""


def _filters(viewer: Principal, asked: Mapping[str, Any], sort: str) -> tuple[list[str], dict[str, Any]]:
    """Return the names of the conditions a query means for a viewer, and their values."""
    conditions, values = _standing(viewer, asked["status"])
    _in_scope(viewer, asked, conditions, values)
    for name in _PLAIN:
        if name in asked:
            conditions.append(name)
            values[name] = asked[name]
    if (currency := _currency(asked, sort)) is not None:
        conditions.append("currency")
        values["currency"] = currency
    if "category" in asked:
        _in_category(asked["category"], conditions, values)
    return conditions, values


def _standing(viewer: Principal, status: str) -> tuple[list[str], dict[str, Any]]:
    """Return the conditions of a status: what everybody sees, or one's own and what one moderates."""
    if status == "ACTIVE":
        return ["visible"], {}
    if status in SHOWN:
        return ["shown"], {"status": status}
    moderated = viewer.scopes_for(MODERATE)
    if moderated is ALL:
        return ["of_status"], {"status": status}
    if moderated:
        own = {"own": viewer.id, "moderated": sorted(moderated)}
        return ["of_status", "own_or_moderated"], {"status": status, **own}
    return ["of_status", "own"], {"status": status, "own": viewer.id}


def _in_scope(
    viewer: Principal, asked: Mapping[str, Any], conditions: list[str], values: dict[str, Any]
) -> None:
    """Narrow to the scope asked for, else to everybody's and the viewer's own.

    Whoever may see every scope names the one they want: an administrator of a
    thousand buildings lives in none of them.
    """
    seen = open_to(viewer, asked.get("scope"))
    if "scope" in asked:
        conditions.append("scope")
        values["scope"] = asked["scope"] if asked["scope"] in seen else None  # NULL equals nothing
    elif "visible" not in conditions and "shown" not in conditions:
        return
    elif seen is ALL or not seen:
        conditions.append("scope")
        values["scope"] = ""
    else:
        conditions.append("scopes")
        values["scopes"] = ["", *sorted(seen)]


def _in_category(category_id: UUID, conditions: list[str], values: dict[str, Any]) -> None:
    below = categories.descendants(category_id)
    if below:
        conditions.append("categories")
        values["categories"] = [category_id, *below]
    else:
        conditions.append("category")
        values["category"] = category_id


def _currency(asked: Mapping[str, Any], sort: str) -> str | None:
    """Return the currency prices are compared in; None when they are not."""
    if "currency" in asked:
        return str(asked["currency"])
    if sort in {"price_asc", "price_desc"} or "min_price" in asked or "max_price" in asked:
        return app.settings.of(ListingsSettings).currency
    return None


def _searched(viewer: Principal, asked: Mapping[str, Any], hidden: Sequence[UUID]) -> Page[dict[str, Any]]:
    """Return a page of what the search finds, in the search's order."""
    if asked["status"] != "ACTIVE":
        raise Invalid(errors=[FieldError("Only active listings are searched.", parameter="status")])
    sort, seen = asked.get("sort", "relevance"), open_to(viewer, asked.get("scope"))
    groups = [[f"type:{asked['type']}"]] if "type" in asked else []
    if "category" in asked:
        ids = (asked["category"], *categories.descendants(asked["category"]))
        groups.append([f"category:{each}" for each in ids])
    found = search.find(
        search.SearchQuery(
            text=asked["q"],
            audience={KIND: seen},
            scope=asked.get("scope", "" if seen is ALL else None),
            owner_id=asked.get("seller"),
            hidden_owners=tuple(hidden),
            tags=groups,
            currency=_currency(asked, sort),
            min_amount=asked.get("min_price"),
            max_amount=asked.get("max_price"),
            published_after=asked.get("published_after"),
            published_before=asked.get("published_before"),
            sort=sort,
            cursor=asked["cursor"],
            limit=asked["limit"],
        )
    )
    rows = items([hit.id for hit in found.hits])
    return Page([rows[hit.id] for hit in found.hits if hit.id in rows], found.next)


def items(ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return visible listings by id, as the list shows them: one statement for any number."""
    if not ids:
        return {}
    rows = app.db.rows(sql.BY_IDS, {"ids": list(ids)})
    return {UUID(row[0]): _item(row) for row in rows}


def _item(row: Sequence[Any]) -> dict[str, Any]:
    """Return a row of the list as its schema reads it; PERF: 20 times a page, so it unpacks."""
    (
        listing_id, type_, status, title, amount, currency, quantity, category_id, scope, cover_url,
        seller_id, name, avatar_url, verified, views, listed_at, expires_at,
    ) = row  # fmt: skip
    return {
        "id": listing_id,
        "type": type_,
        "status": status,
        "title": title,
        "price": None if amount is None else {"amount": amount, "currency": currency},
        "quantity": quantity,
        "category_id": category_id,
        "scope": scope,
        "cover_url": cover_url,
        "seller": {
            "id": seller_id,
            "name": name,
            "avatar_url": avatar_url,
            "verified": verified,
        },
        "views": views,
        "published_at": None if status == "DRAFT" else listed_at,
        "expires_at": expires_at,
    }


def one(listing_id: UUID, viewer: Principal) -> dict[str, Any]:
    """Return a listing with its gallery and category; raise NotFound when it is not the viewer's to see.

    Three statements at most, for any size of the gallery.
    """
    rows = app.db.rows(sql.WHOLE, {"id": listing_id})
    if not rows:
        raise NotFound
    found = _whole(rows[0])
    if not may_see(_facts(found), viewer, hidden_sellers(viewer)):
        raise NotFound
    if not may_change(_facts(found), viewer):
        if found["scope"] and closed_scopes([found["scope"]]):
            raise NotFound
        found["allowed"] = found["withheld"] = []
    return found | _related(found)


def _facts(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what decides about visibility."""
    return {
        "seller_id": UUID(found["seller"]["id"]),
        "scope": found["scope"] or "",
        "status": found["status"],
        "withheld": found["withheld"],
    }


def _whole(row: Sequence[Any]) -> dict[str, Any]:
    description, attributes, gallery, withheld, created_at, updated_at, version = row[-7:]
    return _item(row[:-7]) | {
        "description": description,
        "attributes": attributes,
        "media_ids": gallery,
        "withheld": withheld,
        "allowed": allowed_from(row[2]),
        "created_at": created_at,
        "updated_at": updated_at,
        "version": version,
    }


def _related(found: Mapping[str, Any]) -> dict[str, Any]:
    shown = media.cards(found["media_ids"]) if found["media_ids"] else {}
    category = None
    if found["category_id"] is not None:
        category = categories.cards([UUID(found["category_id"])]).get(UUID(found["category_id"]))
    return {
        "gallery": [shown[each] for each in found["media_ids"] if each in shown],
        "category": category,
    }


_TOTALS = """
SELECT status, count(*), sum(views)::bigint FROM listings_listing
WHERE seller_id = %s AND deleted_at IS NULL GROUP BY status
"""


def totals(seller_id: UUID) -> tuple[dict[str, int], int]:
    """Return how many listings of each status a seller has, and their counted views."""
    rows = app.db.rows(_TOTALS, (seller_id,))
    return {status: n for status, n, _ in rows}, sum(views for _, _, views in rows)
