"""Bookings as dashboards count them: for the plugin dashboards, where it is enabled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from kernel import app

_CHANGES: Final = ("bookings.booking.placed.v1", "bookings.booking.status_changed.v1")
_FACTS: Final = """
SELECT b.id, b.status, b.scope, b.provider_id AS seller_id, b.ref, b.title, b.price_amount, b.price_currency,
    (SELECT min(s.created_at) FROM bookings_step AS s
        WHERE s.booking_id = b.id AND s.status = 'CONFIRMED') AS confirmed_at,
    (SELECT max(s.created_at) FROM bookings_step AS s
        WHERE s.booking_id = b.id AND s.status = b.status AND b.status IN ('CANCELLED', 'EXPIRED')) AS over_at
FROM bookings_booking AS b WHERE b.id = ANY(%(ids)s::uuid[])
"""


def source() -> dict[str, Any]:
    """Return bookings as a source of figures."""
    events = {wire: attrgetter("booking_id") for wire in _CHANGES}
    return {"kind": "booking", "events": events, "facts": _facts, "table": "bookings_booking"}


def _facts(ids: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    """Yield what is true of bookings now: sold when first confirmed, if they have a price."""
    for row in app.db.dicts(_FACTS, {"ids": list(ids)}):
        fact = {name: row[name] for name in ("id", "status", "scope", "seller_id")}
        sold = row["confirmed_at"] is not None and row["price_amount"] is not None
        yield fact | {"sale": _sale(row) if sold else None}


def _sale(row: Mapping[str, Any]) -> dict[str, Any]:
    amount = row["price_amount"]
    line = {"ref": row["ref"], "title": row["title"], "quantity": 1, "amount": amount}
    return {
        "currency": row["price_currency"],
        "amount": amount,
        "at": row["confirmed_at"],
        "voided_at": row["over_at"],
        "lines": [line],
    }
