"""A hundred thousand listings, the same in every run, written by COPY.

Among everybody's stand one seller with 10 listings and one with 1,000.
"""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from kernel.application import Application

SELLERS = 500
FEW, MANY = 10, 1000
NULL = r"\N"
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_WORDS = [
    "oak",
    "chair",
    "lamp",
    "vintage",
    "desk",
    "bicycle",
    "camera",
    "sofa",
    "mirror",
    "guitar",
    "record",
    "shelf",
    "garden",
    "bench",
    "clock",
    "coat",
    "printer",
    "phone",
    "laptop",
    "table",
    "carpet",
    "drill",
    "tent",
    "kayak",
    "piano",
    "violin",
    "stove",
    "kettle",
    "blender",
    "radio",
]
_COLUMNS = (
    "id, created_at, updated_at, version, seller_id, seller_name, seller_avatar_url, seller_verified, "
    "type, status, title, description, category_id, price_amount, price_currency, quantity, attributes, "
    "scope, gallery, cover_url, listed_at, expires_at, reminded, withheld, views"
)


@cache
def account(number: int) -> UUID:
    """Return the id of seller `number`; 0 has few listings, 1 has many."""
    return _uuid7(_FIRST, Random(f"seller {number}"))


def seed(application: Application, rows: int) -> None:
    """Write `rows` listings, the newest last, and gather statistics."""
    now = application.clock.now()
    lines = "\n".join(_listing(number, rows, now) for number in range(rows))
    with application.db.atomic():
        cursor = application.db.cursor()
        cursor.copy_expert(f"COPY listings_listing ({_COLUMNS}) FROM STDIN", io.StringIO(lines))
    application.db.execute_sql("VACUUM (ANALYZE) listings_listing")
    application.db.release()


def _seller_of(number: int, chance: Random) -> int:
    if number < FEW:
        return 0
    return 1 if number < FEW + MANY else chance.randrange(2, SELLERS)


def _listing(number: int, rows: int, now: datetime) -> str:
    chance = Random(number)
    listed_at = now - timedelta(seconds=20 * (rows - number) + chance.randrange(20))
    seller = _seller_of(number, chance)
    title = " ".join(chance.choice(_WORDS) for _ in range(4)).capitalize()
    return _line(
        _uuid7(listed_at, chance),
        listed_at,
        listed_at,
        1,
        account(seller),
        f"Seller {seller}",
        f"/avatars/{seller}.jpg",
        seller % 3 == 0,
        "PRODUCT" if number % 5 else "SERVICE",
        "ACTIVE",
        title,
        f"{title}. " + " ".join(chance.choice(_WORDS) for _ in range(40)),
        _uuid7(_FIRST, Random(f"category {number % 40}")),
        chance.randrange(500, 200_000),
        "USD",
        1 + number % 3,
        json.dumps({"condition": "good"}),
        "",
        "{}",
        f"/v1/media/pictures/{number}/thumbnail.jpg",
        listed_at,
        now + timedelta(days=30),
        False,
        "{}",
        int(chance.paretovariate(1.1) * 8),
    )


def _line(*values: Any) -> str:
    return "\t".join(NULL if value is None else str(value) for value in values)


def _uuid7(moment: datetime, chance: Random) -> UUID:
    """Return an id of that moment (RFC 9562 §5.7) whose rest is drawn from `chance`."""
    number = int(moment.timestamp() * 1000) << 80 | chance.getrandbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)
