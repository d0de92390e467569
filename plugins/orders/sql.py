"""The statements of orders, written once."""

from __future__ import annotations

from typing import Final

from kernel import Statement

_LINES: Final = """(
    SELECT jsonb_agg(jsonb_build_object(
        'id', l.id, 'position', l.position, 'ref', l.ref, 'title', l.title, 'quantity', l.quantity,
        'unit_amount', l.unit_amount, 'amount', l.amount, 'commission', l.commission,
        'commission_rate_bp', l.commission_rate_bp{more}) ORDER BY l.position)
    FROM orders_line AS l WHERE l.order_id = o.id)"""
COLUMNS: Final = f"""o.id, o.number, o.checkout_id, o.buyer_id, o.seller_id, nullif(o.scope, '') AS scope,
    o.status, o.currency, o.subtotal, o.total, o.commission, o.adjustments, o.note, o.payment_due,
    o.payment_url, o.due_at, o.created_at AS placed_at, o.confirmed_at, o.completed_at, o.cancelled_at,
    o.restocked_at, o.updated_at, o.version,
    {_LINES.format(more="")} AS lines"""
_WHOLE_COLUMNS: Final = COLUMNS.replace(
    _LINES.format(more=""),
    _LINES.format(more=", 'snapshot', l.snapshot, 'commission_rule', l.commission_rule"),
)
BY_IDS: Final = Statement(f"SELECT {COLUMNS} FROM orders_order AS o WHERE o.id = ANY(%(ids)s::uuid[])")  # noqa: S608 - constants
WHOLE: Final = Statement(
    f"SELECT {_WHOLE_COLUMNS} FROM orders_order AS o WHERE o.id = ANY(%(ids)s::uuid[]) ORDER BY o.id"  # noqa: S608
)

PLACE: Final = Statement("""
WITH placed AS (
    INSERT INTO orders_order (id, created_at, updated_at, version, number, checkout_id, buyer_id, seller_id,
        scope, status, currency, subtotal, total, commission, adjustments, note, payment_due, payment_url,
        due_at)
    SELECT o.id, %(now)s, %(now)s, 1, o.number, %(checkout_id)s, %(buyer_id)s, o.seller_id, %(scope)s,
        'PENDING', %(currency)s, o.subtotal, o.total, o.commission, o.adjustments, %(note)s, o.payment_due,
        o.payment_url, o.due_at
    FROM jsonb_to_recordset(%(orders)s::jsonb) AS o (id uuid, number text, seller_id uuid,
        subtotal bigint, total bigint, commission bigint, adjustments jsonb, payment_due boolean,
        payment_url text, due_at timestamptz)
    ON CONFLICT (number) DO NOTHING
    RETURNING id
), lines AS (
    INSERT INTO orders_line (id, created_at, updated_at, order_id, position, ref, title, quantity,
        unit_amount, amount, commission, commission_rate_bp, commission_rule, snapshot)
    SELECT l.id, %(now)s, %(now)s, l.order_id, l.position, l.ref, l.title, l.quantity, l.unit_amount,
        l.amount, l.commission, l.commission_rate_bp, l.commission_rule, l.snapshot
    FROM jsonb_to_recordset(%(lines)s::jsonb) AS l (id uuid, order_id uuid, position integer, ref text,
        title text, quantity integer, unit_amount bigint, amount bigint, commission bigint,
        commission_rate_bp integer, commission_rule text, snapshot jsonb)
    JOIN placed ON placed.id = l.order_id
), steps AS (
    INSERT INTO orders_step (id, created_at, updated_at, order_id, transition, was, status, party, actor_id,
        reason)
    SELECT s.id, %(now)s, %(now)s, s.order_id, 'place', '', 'PENDING', 'buyer', %(buyer_id)s, ''
    FROM jsonb_to_recordset(%(steps)s::jsonb) AS s (id uuid, order_id uuid)
    JOIN placed ON placed.id = s.order_id
)
SELECT id FROM placed
""")

# The row is locked first, so `was` is what it is at this moment, and of two callers the second sees the
# first one's change. Check, write and history are one statement. Goods go back (`releases`) once, whatever
# ways lead there.
MOVE: Final = Statement("""
WITH old AS MATERIALIZED (
    SELECT id, status, version, payment_due, completed_at, restocked_at FROM orders_order
    WHERE id = %(id)s FOR UPDATE
), moved AS (
    UPDATE orders_order AS o SET status = %(target)s, version = old.version + 1, updated_at = %(now)s,
        payment_due = old.payment_due AND %(target)s = 'PENDING', due_at = %(due_at)s::timestamptz,
        confirmed_at = CASE WHEN %(target)s = 'CONFIRMED' THEN coalesce(o.confirmed_at, %(now)s)
            ELSE o.confirmed_at END,
        completed_at = CASE WHEN %(target)s = 'COMPLETED' THEN coalesce(o.completed_at, %(now)s)
            ELSE o.completed_at END,
        cancelled_at = CASE WHEN %(target)s = 'CANCELLED' THEN %(now)s ELSE o.cancelled_at END,
        restocked_at = CASE WHEN %(release)s THEN coalesce(old.restocked_at, %(now)s)
            ELSE old.restocked_at END
    FROM old
    WHERE o.id = old.id AND old.status = ANY(%(sources)s)
        AND (%(version)s::integer IS NULL OR old.version = %(version)s::integer)
        AND (%(paid)s OR NOT old.payment_due)
        AND (%(since)s::timestamptz IS NULL OR old.status <> 'COMPLETED' OR old.completed_at > %(since)s)
    RETURNING o.id, old.status AS was, o.status, o.version, o.payment_due, o.due_at, o.updated_at,
        o.confirmed_at, o.completed_at, o.cancelled_at, o.restocked_at,
        %(release)s AND old.restocked_at IS NULL AS releases
), noted AS (
    INSERT INTO orders_step (id, created_at, updated_at, order_id, transition, was, status, party, actor_id,
        reason)
    SELECT %(step_id)s, %(now)s, %(now)s, moved.id, %(transition)s, moved.was, %(target)s, %(party)s,
        %(actor_id)s::uuid, %(reason)s
    FROM moved
)
SELECT was, status, version, payment_due, due_at, updated_at, confirmed_at, completed_at, cancelled_at,
    restocked_at, releases
FROM moved
""")

RESTOCK: Final = Statement("""
WITH moved AS (
    UPDATE orders_order SET restocked_at = %(now)s, version = version + 1, updated_at = %(now)s
    WHERE id = %(id)s AND restocked_at IS NULL AND status = ANY(%(statuses)s)
        AND (%(version)s::integer IS NULL OR version = %(version)s::integer)
    RETURNING id, status, version, updated_at, restocked_at
), noted AS (
    INSERT INTO orders_step (id, created_at, updated_at, order_id, transition, was, status, party, actor_id,
        reason)
    SELECT %(step_id)s, %(now)s, %(now)s, id, 'restock', status, status, %(party)s, %(actor_id)s::uuid, ''
    FROM moved
)
SELECT version, updated_at, restocked_at FROM moved
""")

DUE: Final = """
SELECT id, status, due_at FROM orders_order
WHERE due_at <= %(now)s AND (due_at, id) > (%(after)s, %(id)s) ORDER BY due_at, id LIMIT %(limit)s
"""

HISTORY: Final = Statement("""
SELECT id, transition, nullif(was, '') AS was, status, party, actor_id, reason, created_at AS at
FROM orders_step WHERE order_id = %(id)s ORDER BY id
""")

CONDITIONS: Final = {
    "buyer": "o.buyer_id = %(person)s",
    "seller": "o.seller_id = %(person)s",
    "scopes": "o.scope = ANY(%(scopes)s)",
    "status": "o.status = %(status)s",
    "statuses": "o.status = ANY(%(statuses)s)",
    "scope": "o.scope = %(scope)s",
    "checkout": "o.checkout_id = %(checkout)s",
    "number": "o.number = %(number)s",
    "placed_after": "o.created_at >= %(placed_after)s",
    "placed_before": "o.created_at < %(placed_before)s",
    "before": "o.id < %(before)s",
}


def page(conditions: tuple[str, ...]) -> str:
    """Return the statement of a page, the latest first; `conditions` are names of CONDITIONS."""
    where = " AND ".join(CONDITIONS[name] for name in conditions) or "true"
    return f"SELECT {COLUMNS} FROM orders_order AS o WHERE {where} ORDER BY o.id DESC LIMIT %(limit)s"  # noqa: S608
