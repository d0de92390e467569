"""The bare SQL of an order, by psycopg2 in one process: what no framework can go below.

    python -m benchmarks.harness_orders.bare < order.json

Each buyer is a thread with a connection: read a page of the list and a listing;
in one transaction take the piece off, write order, line, step, event and the
answer kept under the idempotency key; in another confirm it with step and
event. Nobody is signed in, nothing is checked, nobody is told.
"""

from __future__ import annotations

import json
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from random import Random
from time import perf_counter
from typing import Any

import psycopg2
import psycopg2.extras

_PAGE = """
SELECT id, title, price_amount, price_currency FROM listings_listing
WHERE status = 'ACTIVE' AND deleted_at IS NULL AND withheld = '{}' AND scope = ''
ORDER BY listed_at DESC, id DESC LIMIT 20
"""
_ONE = "SELECT * FROM listings_listing WHERE id = %s"
_TAKE = """
UPDATE listings_listing SET quantity = quantity - 1, version = version + 1
WHERE id = %s AND quantity >= 1 RETURNING seller_id, title, price_amount, price_currency
"""
_ORDER = """
INSERT INTO orders_order (id, created_at, updated_at, version, number, checkout_id, buyer_id, seller_id,
    scope, status, currency, subtotal, total, commission, adjustments, note, payment_due, payment_url)
VALUES (%(id)s, now(), now(), 1, %(number)s, %(checkout)s, %(buyer)s, %(seller)s, '', 'PENDING',
    %(currency)s, %(amount)s, %(amount)s, 0, '[]', '', false, '')
"""
_LINE = """
INSERT INTO orders_line (id, created_at, updated_at, order_id, position, ref, title, quantity, unit_amount,
    amount, commission, commission_rate_bp, commission_rule, snapshot)
VALUES (%(line)s, now(), now(), %(id)s, 0, %(ref)s, %(title)s, 1, %(amount)s, %(amount)s, 0, 0, '',
    %(snapshot)s)
"""
_STEP = """
INSERT INTO orders_step (id, created_at, updated_at, order_id, transition, was, status, party, reason)
VALUES (%s, now(), now(), %s, %s, %s, %s, %s, '')
"""
_EVENT = """
INSERT INTO kernel_event (id, type, key, actor, correlation_id, trace, data, occurred_at)
VALUES (%s, %s, %s, '', '', '', %s, now())
"""
_KEPT = """
INSERT INTO kernel_idempotency (name, fingerprint, answer, created_at, expires_at)
VALUES (%s, '', %s, now(), now() + interval '1 day')
"""
_CONFIRM = """
UPDATE orders_order SET status = 'CONFIRMED', version = 2, confirmed_at = now(), updated_at = now()
WHERE id = %s AND status = 'PENDING'
"""


def order_once(connection: Any, listing: str) -> None:
    """Carry out one order."""
    ids = {name: str(uuid.uuid4()) for name in ("id", "checkout", "buyer", "line")}
    with connection.cursor() as cursor:
        cursor.execute(_PAGE)
        cursor.fetchall()
        cursor.execute(_ONE, (listing,))
        cursor.fetchall()
        connection.commit()
        cursor.execute(_TAKE, (listing,))
        seller, title, amount, currency = cursor.fetchone()
        row = ids | {"seller": seller, "title": title, "amount": amount, "currency": currency}
        row |= {"number": ids["id"], "ref": f"listing:{listing}", "snapshot": json.dumps({"title": title})}
        cursor.execute(_ORDER, row)
        cursor.execute(_LINE, row)
        _note(cursor, ids["id"], "place", "", "PENDING", "buyer")
        cursor.execute(_KEPT, (uuid.uuid4().bytes, b"x" * 1200))
        connection.commit()
        cursor.execute(_CONFIRM, (ids["id"],))
        _note(cursor, ids["id"], "confirm", "PENDING", "CONFIRMED", "seller")
        connection.commit()


def _note(cursor: Any, order_id: str, *step: str) -> None:
    cursor.execute(_STEP, (str(uuid.uuid4()), order_id, *step))
    cursor.execute(_EVENT, (str(uuid.uuid4()), "bare", order_id, json.dumps({"order_id": order_id})))


def run(order: dict[str, Any]) -> float:
    """Return the orders a second of so many buyers at once."""
    until = perf_counter() + order["seconds"]

    def buy(number: int) -> int:
        chance, connection, count = Random(number), psycopg2.connect(order["url"]), 0
        while perf_counter() < until:
            order_once(connection, chance.choice(order["goods"])[0])
            count += 1
        connection.close()
        return count

    began = perf_counter()
    with ThreadPoolExecutor(order["buyers"]) as threads:
        counts = list(threads.map(buy, range(order["buyers"])))
    return sum(counts) / (perf_counter() - began)


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
