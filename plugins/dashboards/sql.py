"""The statements that keep the figures.

Locks are taken in one order everywhere, the windows before subjects before counts before
days before products and each by its key, so that two who keep figures never wait for each
other in a circle.
"""

from __future__ import annotations

from typing import Final

# Locks what is there, without writing it, and makes what is not. What was there is read afterwards: by a
# statement that sees what the one waited for has done.
LOCK: Final = """
INSERT INTO dashboards_subject AS s (ref, kind, status, scope, currency, days, products)
SELECT ref, split_part(ref, ':', 1), '', '', '', '[]', '[]'
FROM unnest(%(refs)s::text[]) AS r (ref) ORDER BY ref COLLATE "C"
ON CONFLICT (ref) DO UPDATE SET status = s.status WHERE false
"""
KNOWN: Final = """
SELECT ref, status, scope, seller_id, currency, day, days, products
FROM dashboards_subject WHERE ref = ANY(%(refs)s)
"""
# PERF: an upsert looks each row up in the index, whatever the planner believes of a table that is being
# filled; UPDATE … FROM read it whole for each batch.
WRITE: Final = """
INSERT INTO dashboards_subject (ref, kind, status, scope, seller_id, currency, day, days, products)
SELECT ref, split_part(ref, ':', 1), status, scope, seller_id, currency, day, days, products
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    ref text, status text, scope text, seller_id uuid, currency text, day date, days jsonb, products jsonb)
ON CONFLICT (ref) DO UPDATE SET status = EXCLUDED.status, scope = EXCLUDED.scope,
    seller_id = EXCLUDED.seller_id, currency = EXCLUDED.currency, day = EXCLUDED.day, days = EXCLUDED.days,
    products = EXCLUDED.products
"""
FORGET: Final = "DELETE FROM dashboards_subject WHERE ref = ANY(%(refs)s)"
BETWEEN: Final = """
SELECT ref FROM dashboards_subject WHERE ref > %(after)s AND ref < %(before)s ORDER BY ref LIMIT %(limit)s
"""
COUNTS: Final = """
INSERT INTO dashboards_count AS c (bucket, kind, status, n)
SELECT bucket, kind, status, n
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (bucket text, kind text, status text, n bigint)
ORDER BY bucket, kind, status
ON CONFLICT (bucket, kind, status) DO UPDATE SET n = c.n + EXCLUDED.n
"""
DAYS: Final = """
INSERT INTO dashboards_day AS d (bucket, day, currency, sales, gross, refunded, commission)
SELECT bucket, day, currency, sales, gross, refunded, commission
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    bucket text, day date, currency text, sales bigint, gross bigint,
    refunded bigint, commission bigint)
ORDER BY bucket, day, currency
ON CONFLICT (bucket, day, currency) DO UPDATE SET sales = d.sales + EXCLUDED.sales,
    gross = d.gross + EXCLUDED.gross, refunded = d.refunded + EXCLUDED.refunded,
    commission = d.commission + EXCLUDED.commission
"""
PRODUCTS: Final = """
INSERT INTO dashboards_product AS p (bucket, currency, ref, title, quantity, amount)
SELECT bucket, currency, ref, title, quantity, amount
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    bucket text, currency text, ref text, title text, quantity bigint,
    amount bigint)
ORDER BY bucket, currency, ref COLLATE "C"
ON CONFLICT (bucket, currency, ref) DO UPDATE SET quantity = p.quantity + EXCLUDED.quantity,
    amount = p.amount + EXCLUDED.amount,
    title = CASE WHEN EXCLUDED.title = '' THEN p.title ELSE EXCLUDED.title END
"""
BEST: Final = """
INSERT INTO dashboards_best AS p (bucket, days, currency, ref, title, quantity, amount)
SELECT bucket, days, currency, ref, title, quantity, amount
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    bucket text, days integer, currency text, ref text, title text, quantity bigint,
    amount bigint)
ORDER BY bucket, days, currency, ref COLLATE "C"
ON CONFLICT (bucket, days, currency, ref) DO UPDATE SET quantity = p.quantity + EXCLUDED.quantity,
    amount = p.amount + EXCLUDED.amount,
    title = CASE WHEN EXCLUDED.title = '' THEN p.title ELSE EXCLUDED.title END
"""
BUCKETS: Final = """unnest(array_remove(ARRAY['platform',
        CASE WHEN s.scope <> '' THEN 'scope:' || s.scope END, 'seller:' || s.seller_id::text], NULL))"""
"""Where a row `s` of `dashboards_subject` counts."""

# While windows are where today is they are shared by all who keep figures; who moves them has them alone.
SHARE: Final = "SELECT day FROM dashboards_window WHERE day >= %(today)s FOR SHARE"
HOLD: Final = "SELECT day FROM dashboards_window FOR UPDATE"
MOVED: Final = "UPDATE dashboards_window SET day = %(day)s"
# What was sold on the days that leave a window, and on those that come into it.
MOVE: Final = f"""
WITH moving AS (
    SELECT w.days AS span, s.currency, s.products, s.scope, s.seller_id, -1 AS sign
    FROM unnest(%(spans)s::integer[]) AS w (days), dashboards_subject AS s
    WHERE s.day > %(was)s::date - w.days AND s.day <= least(%(day)s::date - w.days, %(was)s::date)
    UNION ALL
    SELECT w.days AS span, s.currency, s.products, s.scope, s.seller_id, 1 AS sign
    FROM unnest(%(spans)s::integer[]) AS w (days), dashboards_subject AS s
    WHERE s.day > greatest(%(was)s::date, %(day)s::date - w.days) AND s.day <= %(day)s::date
), sums AS (
    SELECT {BUCKETS} AS bucket, s.span, s.currency, p.ref COLLATE "C" AS ref, max(p.title) AS title,
        sum(s.sign * p.quantity)::bigint AS quantity, sum(s.sign * p.amount)::bigint AS amount
    FROM moving AS s,
        jsonb_to_recordset(s.products) AS p (ref text, title text, quantity bigint, amount bigint)
    GROUP BY 1, 2, 3, 4
)
INSERT INTO dashboards_best AS p (bucket, days, currency, ref, title, quantity, amount)
SELECT bucket, span, currency, ref, title, quantity, amount FROM sums ORDER BY 1, 2, 3, 4
ON CONFLICT (bucket, days, currency, ref) DO UPDATE SET quantity = p.quantity + EXCLUDED.quantity,
    amount = p.amount + EXCLUDED.amount
"""  # noqa: S608 - constants
EMPTY: Final = "DELETE FROM dashboards_best WHERE quantity = 0 AND amount = 0"
