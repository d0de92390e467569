"""A shop: sellers with plenty of goods, people who buy, and the books to be balanced afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from benchmarks.harness.dataset import account
from kernel.storage import uuid7

if TYPE_CHECKING:
    from kernel.application import Application

SELLERS = range(2, 52)
GOODS = 500
PEOPLE = 400
STOCK = 1_000_000

_STOCK = """
UPDATE listings_listing SET quantity = %(stock)s, status = 'ACTIVE' WHERE id IN (
    SELECT id FROM listings_listing WHERE seller_id = ANY(%(sellers)s::uuid[])
    ORDER BY id DESC LIMIT %(goods)s
) RETURNING id, seller_id
"""
_BOOKS = {
    "orders that are neither paid nor confirmed": "SELECT count(*) FROM orders_order AS o WHERE {open}",
    "orders whose total is not that of their lines": """
        SELECT count(*) FROM orders_order AS o
        WHERE total <> (SELECT sum(amount) FROM orders_line AS l WHERE l.order_id = o.id)""",
    "orders without their steps": """
        SELECT count(*) FROM orders_order AS o WHERE (CASE status WHEN 'PENDING' THEN 1 ELSE 2 END)
            <> (SELECT count(*) FROM orders_step AS s WHERE s.order_id = o.id)""",
    "listings whose stock is not what was not ordered": """
        SELECT count(*) FROM listings_listing AS l
        LEFT JOIN (SELECT ref, sum(quantity) AS n FROM orders_line GROUP BY ref) AS t
            ON t.ref = 'listing:' || l.id
        WHERE l.id = ANY(%(goods)s::uuid[]) AND l.quantity + coalesce(t.n, 0) <> %(stock)s""",
    "placements and events that differ in number": """
        SELECT abs((SELECT count(*) FROM orders_order)
            - (SELECT count(*) FROM kernel_event WHERE type = 'orders.order.placed.v1'))""",
    "messages of placements that are not two an order": """
        SELECT abs(2 * (SELECT count(*) FROM orders_order) - (SELECT count(*) FROM notifications_message
            WHERE type IN ('orders.placed', 'orders.received')))""",
}
_LEDGER = {
    "movements of money that do not sum to zero": """
        SELECT count(*) FROM (
            SELECT FROM payments_entry GROUP BY movement_id HAVING sum(amount) <> 0) AS m""",
    "accounts whose balance is not that of their entries": """
        SELECT count(*) FROM payments_account AS a WHERE balance <> (
            SELECT coalesce(sum(amount), 0) FROM payments_entry AS e WHERE e.account_id = a.id)""",
    "captures that are not one a paid order": """
        SELECT abs((SELECT count(*) FROM payments_payment WHERE status = 'CAPTURED')
            - (SELECT count(*) FROM payments_movement WHERE kind = 'capture'))""",
}
_UNCONFIRMED = "o.status <> 'CONFIRMED'"
_UNPAID = """o.status <> 'CONFIRMED' AND NOT EXISTS (SELECT 1 FROM payments_payment AS p
    WHERE p.ref = 'order:' || o.id AND p.status = 'CAPTURED')"""


@dataclass(frozen=True, slots=True)
class Shop:
    """What buyers need: tokens of accounts, and (listing, its seller's token)."""

    accounts: list[str]
    goods: list[tuple[str, str]]


def opened(application: Application) -> Shop:
    """Stock the goods of some sellers and sign everybody in."""
    sellers = {account(number): _token(application, account(number)) for number in SELLERS}
    asked = {"stock": STOCK, "sellers": list(sellers), "goods": GOODS}
    rows = application.db.rows(_STOCK, asked)
    application.db.execute_sql("ANALYZE listings_listing")
    people = [_token(application, uuid7()) for _ in range(PEOPLE)]
    application.db.release()
    return Shop(people, [(str(listing), sellers[seller]) for listing, seller in rows])


def _token(application: Application, user_id: UUID) -> str:
    application.auth.set_status(user_id, "active")
    return application.auth.open_session(user_id, "benchmark", "127.0.0.1").access_token


def unconfirmed(application: Application) -> int:
    """Return how many orders are not confirmed."""
    [(count,)] = application.db.rows("SELECT count(*) FROM orders_order AS o WHERE o.status <> 'CONFIRMED'")
    application.db.release()
    return int(count)


def faults(application: Application, shop: Shop, confirmed: int) -> dict[str, int]:
    """Return what does not hold after a run, by name; `confirmed` is how many buyers know of."""
    asked: dict[str, Any] = {"goods": [listing for listing, _ in shop.goods], "stock": STOCK}
    paying = "payments" in application.registry
    pending = _UNPAID if paying else _UNCONFIRMED
    books = {name: query.replace("{open}", pending) for name, query in _BOOKS.items()}
    books |= _LEDGER if paying else {}
    found = {name: application.db.rows(query, asked)[0][0] for name, query in books.items()}
    [(stored,)] = application.db.rows("SELECT count(*) FROM orders_order")
    found["orders buyers were not told of, or told of in vain"] = abs(stored - confirmed)
    application.db.release()
    return {name: n for name, n in found.items() if n}
