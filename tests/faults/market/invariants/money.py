"""What must hold of the money: in the books, and between them and the gateway."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.market.invariants.evidence import Evidence


def ledger(evidence: Evidence) -> Iterator[str]:
    """The trial balance is zero, every balance is its entries' sum, nobody owes the platform."""
    yield from evidence.command("payments", "trial-balance")
    sql = "SELECT currency, sum(amount)::bigint FROM payments_entry GROUP BY 1 HAVING sum(amount) <> 0"
    for currency, amount in evidence.rows(sql):
        yield f"all entries in {currency} sum to {amount}"
    sql = "SELECT owner_id::text, balance FROM payments_account WHERE owner_id IS NOT NULL AND balance < 0"
    for owner, balance in evidence.rows(sql):
        yield f"the balance of {owner} is {balance}"


def captures(evidence: Evidence) -> Iterator[str]:
    """Each order that is paid was captured once, for its total: by the gateway, and in the ledger."""
    sql = """
    SELECT o.id::text, o.status, o.total, count(p.id), coalesce(sum(p.amount), 0)::bigint
    FROM orders_order o LEFT JOIN payments_payment p
        ON p.ref = 'order:' || o.id AND p.captured_at IS NOT NULL GROUP BY o.id
    """
    for order, status, total, times, amount in evidence.rows(sql):
        owed = status in {"CONFIRMED", "COMPLETED", "DISPUTED", "REFUNDED"} or order in evidence.record.paid
        if times > 1 or (owed and (times, amount) != (1, total)):
            yield f"order {order} ({status}, {total}) was captured {times} times, {amount} in all"
    sql = """
    SELECT p.id::text, p.status, p.amount, i.state->>'status', (i.state->>'amount')::bigint,
        (SELECT count(*) FROM payments_movement m WHERE m.payment_id = p.id AND m.kind = 'capture')
    FROM payments_payment p LEFT JOIN payments_test_intent i ON i.id = p.intent
    """
    for payment, status, amount, at_gateway, taken, booked in evidence.rows(sql):
        here, there = status in {"CAPTURED", "REFUNDED"}, at_gateway == "captured"
        if here != there or booked != here or (there and amount != taken):
            yield (
                f"payment {payment} of {amount} is {status}, booked {booked} times; "
                f"the gateway has {at_gateway} of {taken}"
            )


def refunds(evidence: Evidence) -> Iterator[str]:
    """What was paid for an order that is over went back whole, once, at the gateway as in the books."""
    sql = """
    SELECT p.id::text, o.status, p.status, p.amount, p.refunded, (i.state->>'refunded')::bigint
    FROM payments_payment p JOIN payments_test_intent i ON i.id = p.intent
    LEFT JOIN orders_order o ON p.ref = 'order:' || o.id WHERE p.captured_at IS NOT NULL
    """
    for payment, order, status, amount, refunded, at_gateway in evidence.rows(sql):
        over = order in {"CANCELLED", "REFUNDED"}
        if refunded != at_gateway or (over and refunded != amount) or (order and not over and refunded):
            yield (
                f"payment {payment} of {amount} for an order that is {order} is {status}: "
                f"{refunded} went back in the books, {at_gateway} at the gateway"
            )
