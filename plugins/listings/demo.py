"""Four hundred listings with pictures, the same on every machine.

Written in bulk and not through the services: 400 publications would take half
a minute. The sellers, categories and pictures are those of the demo data of
the plugins this one requires.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from kernel import DemoNotes
from plugins.accounts import api as accounts
from plugins.categories import api as categories
from plugins.listings.models import Listing, ViewDay
from plugins.listings.ordering import PREFIX
from plugins.listings.services import indexing, sellers
from plugins.listings.services.rows import OWNER_TYPE
from plugins.listings.settings import ListingsSettings
from plugins.media import api as media
from plugins.search import api as search

if TYPE_CHECKING:
    from kernel import Application

COUNT: Final = 400
PICTURES: Final = 24
BATCH: Final = 100
STATUSES: Final = ("ACTIVE",) * 17 + ("SOLD", "EXPIRED", "DRAFT")
ADJECTIVES: Final = (
    "Vintage", "Compact", "Handmade", "Nearly new", "Sturdy", "Elegant", "Restored", "Lightweight", "Classic",
    "Rare", "Reliable", "Colourful",
)  # fmt: skip
ENDINGS: Final = (
    "with original box", "from a smoke-free home", "for a small flat", "barely used", "one owner",
    "pick-up today", "with warranty", "well looked after",
)  # fmt: skip
SERVICES: Final = (
    ("Piano lessons", "Piano"),
    ("Bicycle repair", "Bicycle"),
    ("Garden care", "Plant"),
    ("Furniture assembly", "Toolbox"),
    ("Laptop rescue", "Laptop"),
    ("Guitar lessons", "Guitar"),
    ("Portrait photography", "Camera"),
    ("Carpet cleaning", "Rug"),
    ("Alterations and repairs", "Sewing machine"),
    ("Stargazing evenings", "Telescope"),
)
SHELVES: Final = {
    "computers": ("Laptop",),
    "electronics": ("Camera", "Headphones", "Record player"),
    "furniture": ("Armchair", "Bookshelf", "Desk", "Garden bench", "Mirror", "Sofa"),
    "phones": ("Smartphone",),
}
CONDITIONS: Final = ("new", "like new", "good", "worn")


def load(app: Application, progress: Callable[[int, int], None]) -> DemoNotes:
    """Write the listings with their pictures, sellers' cards and views, and index them."""
    for start in range(0, COUNT, BATCH):
        with app.db.atomic():
            _write(app, range(start, start + BATCH))
        progress(start + BATCH, COUNT)
    _write_scoped(app)
    search.settle()
    return DemoNotes(
        tries=(
            "curl '{url}/v1/listings?q=vintge+lamp'",
            "curl '{url}/v1/listings?limit=3'",
            "curl '{url}/v1/listings?sort=price_asc&type=SERVICE&limit=3'",
        )
    )


def services() -> list[str]:
    """Return the refs of a few services of the demo that are on the list."""
    numbers = [each for each in range(0, COUNT, 5) if Random(each).choice(STATUSES) == "ACTIVE"]  # noqa: S311
    return [f"{PREFIX}{_id(f'listing {each}')}" for each in numbers[:8]]


def _write_scoped(app: Application) -> None:
    """Write what people offer in the scopes of other plugins' demo data, a listing each."""
    answers = app.hooks.call("listings_demo_sellers")
    offers = [(scope, seller) for found in answers for scope, people in found.items() for seller in people]
    with app.db.atomic():
        _write(app, range(COUNT, COUNT + len(offers)), offers)


def _write(app: Application, numbers: Sequence[int], offers: Sequence[tuple[str, UUID]] = ()) -> None:
    """Write these listings; `offers` says where they are offered and by whom, if not everywhere."""
    if not numbers:
        return
    lifetime = app.settings.of(ListingsSettings).lifetime_days or 30
    shelf = {category.slug: category.id for category in categories.listed()}
    rows = [_row(number, app.clock.now(), lifetime, shelf) for number in numbers]
    for row, (scope, seller_id) in zip(rows, offers, strict=False):
        expires_at = _expiry("ACTIVE", row["listed_at"], app.clock.now(), lifetime)
        row.update(scope=scope, seller_id=seller_id, status="ACTIVE", expires_at=expires_at)
    picture_of = {media.demo_subject(number): number for number in range(PICTURES)}
    media.demo_media((row["gallery"][0], row["seller_id"], picture_of[row["subject"]]) for row in rows)
    cards = media.cards(row["gallery"][0] for row in rows)
    people = {each: sellers.card_of(each) for each in sorted({row["seller_id"] for row in rows})}
    for row in rows:
        row.update(people[row["seller_id"]])
        row["cover_url"] = cards[row["gallery"][0]].thumbnail_url
        media.attach(row["gallery"], OWNER_TYPE, row["id"])
    columns = [{name: value for name, value in row.items() if name != "subject"} for row in rows]
    Listing.insert_many(columns).on_conflict_ignore().execute()
    _write_views(rows, app.clock.now())
    shown = Listing.select().where(Listing.id.in_([row["id"] for row in rows]), Listing.status == "ACTIVE")
    search.index([indexing.document(listing) for listing in shown])


def _row(number: int, now: datetime, lifetime: int, shelf: dict[str, UUID]) -> dict[str, Any]:
    chance = Random(number)  # noqa: S311 - the same every time is the point
    is_service, status = number % 5 == 0, chance.choice(STATUSES)
    listed_at = now - timedelta(minutes=37 * abs(COUNT - number) + chance.randrange(30))
    content = _service(chance) if is_service else _product(chance, media.demo_subject(number * 7))
    category_id = shelf[content.pop("shelf")]
    return {
        "id": _id(f"listing {number}"),
        "created_at": listed_at,
        "updated_at": listed_at,
        "version": 1,
        "seller_id": accounts.demo_user(1 + chance.randrange(39)),
        "category_id": category_id,
        "status": status,
        "scope": "",
        "gallery": [_id(f"picture {number}")],
        "listed_at": listed_at,
        "expires_at": _expiry(status, listed_at, now, lifetime),
        "reminded": False,
        "withheld": [],
        "views": 0 if status == "DRAFT" else int(chance.paretovariate(1.1) * 8),
        "price_currency": "USD",
        **content,
    }


def _expiry(status: str, listed_at: datetime, now: datetime, lifetime: int) -> datetime | None:
    if status == "DRAFT":
        return None
    return min(listed_at, now) if status == "EXPIRED" else listed_at + timedelta(days=lifetime)


def _product(chance: Random, subject: str) -> dict[str, Any]:
    ending = chance.choice(ENDINGS)
    slug = next((slug for slug, subjects in SHELVES.items() if subject in subjects), "home")
    condition = chance.choice(CONDITIONS)
    return {
        "subject": subject,
        "type": "PRODUCT",
        "title": f"{chance.choice(ADJECTIVES)} {subject.lower()}, {ending}",
        "description": f"A {subject.lower()} in {condition} condition, {ending}. Ask for more photographs.",
        "shelf": slug,
        "price_amount": chance.randrange(5, 600) * 100 - 1,
        "quantity": chance.choice((1, 1, 1, 2, 5)),
        "attributes": {"condition": condition},
    }


def _service(chance: Random) -> dict[str, Any]:
    service, subject = chance.choice(SERVICES)
    return {
        "subject": subject,
        "type": "SERVICE",
        "title": f"{service}, {chance.choice(('weekends', 'evenings', 'any day', 'on short notice'))}",
        "description": f"{service} by somebody who has done it for {chance.randrange(2, 25)} years.",
        "shelf": "services",
        "price_amount": chance.randrange(15, 90) * 100,
        "quantity": None,
        "attributes": {"home_visits": chance.random() < 0.5},  # noqa: PLR2004 - a coin
    }


def _write_views(rows: Iterable[dict[str, Any]], now: datetime) -> None:
    """Spread each listing's views over the last days, so that statistics have a shape."""
    spread = [
        {"listing_id": row["id"], "day": (now - timedelta(days=day)).date(), "views": views}
        for row in rows
        for day, views in enumerate(_spread(row["views"]))
        if views
    ]
    ViewDay.insert_many(spread).on_conflict_ignore().execute()


def _spread(views: int, days: int = 7) -> list[int]:
    share, rest = divmod(views, days)
    return [share + (day < rest) for day in range(days)]


def _id(name: str) -> UUID:
    """Return an id of a demo row, the same everywhere."""
    digest = bytearray(hashlib.sha256(f"stoa demo {name}".encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x70
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))
