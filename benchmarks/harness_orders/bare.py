"""The bare SQL of an order, by psycopg2 in one process: what no framework can go below.

    python -m benchmarks.harness_orders.bare < order.json

Each buyer is a thread with a connection: read a page of the list and a listing;
in one transaction take the piece off, write order, line, step, event and the
answer kept under the idempotency key; in another confirm it with step and
event, or, when orders are paid, make the payment due, and in a third book it:
payment, split, movement, two accounts and their entries, and an event (what is
paid is confirmed by a worker). Nobody is signed in, nothing is checked, no gateway
is asked, nobody is told. Prints orders a second, and the CPU milliseconds of each.
"""

from __future__ import annotations

import json
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from random import Random
from time import perf_counter, process_time
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
_DUE = """
INSERT INTO payments_payment (id, created_at, updated_at, ref, purpose, payer_id, amount, currency, refunded,
    status, capture, escrow, description, source, client, failure, frozen, version)
VALUES (%(payment)s, now(), now(), 'bare:' || %(id)s, 'payment', %(buyer)s, %(amount)s, %(currency)s, 0,
    'DUE', 'automatic', true, '', '', '{}', '', false, 1)
"""
_SPLIT = """
INSERT INTO payments_split (id, created_at, updated_at, payment_id, payee_id, payer_id, currency, amount,
    commission, refunded, refunded_commission, escrow, state)
VALUES (%(split)s, now(), now(), %(payment)s, %(seller)s, %(buyer)s, %(currency)s, %(amount)s, 0, 0, 0, true,
    'PENDING')
"""
_CAPTURE = """
UPDATE payments_payment SET status = 'CAPTURED', source = 'test', captured_at = now(), version = 2,
    updated_at = now()
WHERE id = %(payment)s AND status = 'DUE'
"""
_HOLD = "UPDATE payments_split SET state = 'HELD', updated_at = now() WHERE payment_id = %(payment)s"
_MOVEMENT = """
INSERT INTO payments_movement (id, kind, key, payment_id, description, created_at)
VALUES (%(movement)s, 'capture', %(movement)s, %(payment)s, '', now())
"""
_ENTRY = """
WITH moved AS (
    INSERT INTO payments_account AS a
        (id, created_at, updated_at, kind, gateway, shard, currency, balance)
    VALUES (%(account)s, now(), now(), %(kind)s, 'bare', 0, %(currency)s, %(sum)s)
    ON CONFLICT (id) DO UPDATE SET balance = a.balance + excluded.balance RETURNING balance
)
INSERT INTO payments_entry (id, movement_id, account_id, account_kind, currency, amount, balance, created_at)
SELECT %(entry)s, %(movement)s, %(account)s, %(kind)s, %(currency)s, %(sum)s, balance, now() FROM moved
"""
_SHARDS = 16


def order_once(connection: Any, listing: str, *, paid: bool) -> None:
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
        if paid:
            _pay(connection, cursor, row)
        else:
            cursor.execute(_CONFIRM, (ids["id"],))
            _note(cursor, ids["id"], "confirm", "PENDING", "CONFIRMED", "seller")
        connection.commit()


def _pay(connection: Any, cursor: Any, order: dict[str, Any]) -> None:
    row = order | {name: str(uuid.uuid4()) for name in ("payment", "split", "movement")}
    cursor.execute(_DUE, row)
    cursor.execute(_SPLIT, row)
    connection.commit()
    cursor.execute(_CAPTURE, row)
    cursor.execute(_HOLD, row)
    cursor.execute(_MOVEMENT, row)
    shard = uuid.UUID(row["payment"]).int % _SHARDS
    for kind, sign in (("clearing", -1), ("escrow", 1)):
        account = str(uuid.uuid5(uuid.NAMESPACE_OID, f"bare {kind} {shard} {row['currency']}"))
        leg = {"kind": kind, "account": account, "sum": sign * row["amount"], "entry": str(uuid.uuid4())}
        cursor.execute(_ENTRY, row | leg)
    _tell(cursor, row["payment"])


def _note(cursor: Any, order_id: str, *step: str) -> None:
    cursor.execute(_STEP, (str(uuid.uuid4()), order_id, *step))
    _tell(cursor, order_id)


def _tell(cursor: Any, key: str) -> None:
    cursor.execute(_EVENT, (str(uuid.uuid4()), "bare", key, json.dumps({"id": key})))


def run(order: dict[str, Any]) -> dict[str, float]:
    """Return the orders a second of so many buyers at once, and this process's CPU time of each."""
    until = perf_counter() + order["seconds"]

    def buy(number: int) -> int:
        chance, connection, count = Random(number), psycopg2.connect(order["url"]), 0
        while perf_counter() < until:
            order_once(connection, chance.choice(order["goods"])[0], paid=order["paid"])
            count += 1
        connection.close()
        return count

    began, before = perf_counter(), process_time()
    with ThreadPoolExecutor(order["buyers"]) as threads:
        counts = list(threads.map(buy, range(order["buyers"])))
    orders, seconds = sum(counts), perf_counter() - began
    return {"rate": orders / seconds, "cpu_ms_an_order": (process_time() - before) / orders * 1000}


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
