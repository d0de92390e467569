"""Bookings as sales with invoices: for the plugin invoices, where it is enabled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from kernel import app

_SALES: Final = """
SELECT b.id, b.provider_id, b.customer_id, b.scope, b.title, b.price_amount, b.price_currency, b.starts_at,
    b.timezone, b.created_at, sold.at AS sold_at, voided.at AS voided_at
FROM bookings_booking AS b,
    LATERAL (SELECT min(s.created_at) AS at FROM bookings_step AS s
        WHERE s.booking_id = b.id AND s.status = 'CONFIRMED') AS sold,
    LATERAL (SELECT max(s.created_at) AS at FROM bookings_step AS s
        WHERE s.booking_id = b.id AND s.status = b.status AND b.status IN ('CANCELLED', 'EXPIRED')) AS voided
WHERE b.id = ANY(%(ids)s::uuid[]) AND b.price_amount IS NOT NULL AND sold.at IS NOT NULL
"""


def source() -> dict[str, Any]:
    """Return bookings as a kind of sales."""
    events = {"bookings.booking.status_changed.v1": attrgetter("booking_id")}
    return {"kind": "booking", "table": "bookings_booking", "events": events, "sales": _sales}


def _sales(ids: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    """Yield the bookings that were confirmed and cost something. One statement."""
    for row in app.db.dicts(_SALES, {"ids": list(ids)}):
        yield _sale(row)


def _sale(row: Mapping[str, Any]) -> dict[str, Any]:
    price = row["price_amount"]
    starts_at = row["starts_at"].astimezone(ZoneInfo(row["timezone"]))
    return {
        "id": row["id"],
        "number": str(row["id"]),
        "seller_id": row["provider_id"],
        "buyer_id": row["customer_id"],
        "scope": row["scope"],
        "currency": row["price_currency"],
        "total": price,
        "lines": [{"title": row["title"], "quantity": 1, "unit_amount": price, "amount": price}],
        "facts": [("Appointment", f"{starts_at:%Y-%m-%d %H:%M} {row['timezone']}")],
        "ordered_at": row["created_at"],
        "sold_at": row["sold_at"],
        "voided_at": row["voided_at"],
    }
