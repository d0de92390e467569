"""The statements that keep the figures.

Locks are taken in one order everywhere, subjects before counts before days before
products and each by its key, so that two who keep figures never wait for each
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
SELECT ref, status, scope, seller_id, currency, days, products
FROM dashboards_subject WHERE ref = ANY(%(refs)s)
"""
# PERF: an upsert looks each row up in the index, whatever the planner believes of a table that is being
# filled; UPDATE … FROM read it whole for each batch.
WRITE: Final = """
INSERT INTO dashboards_subject (ref, kind, status, scope, seller_id, currency, days, products)
SELECT ref, split_part(ref, ':', 1), status, scope, seller_id, currency, days, products
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    ref text, status text, scope text, seller_id uuid, currency text, days jsonb, products jsonb)
ON CONFLICT (ref) DO UPDATE SET status = EXCLUDED.status, scope = EXCLUDED.scope,
    seller_id = EXCLUDED.seller_id, currency = EXCLUDED.currency, days = EXCLUDED.days,
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
