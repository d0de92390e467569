"""Statements of reputations: tallies by month, and the score they add up to.

    score = (C·m + Σ n·r·w) / (C + Σ n·w)        w = 0.5 ^ (age / half-life)

over the tallies of a person in a role: n reviews of r stars, `age` whole months
before `as_of`; m is `prior_mean`, C is `prior_weight`. The Bayesian average with
a prior of C reviews of m stars, the reviews weighted by exponential decay.
PERF: months, not days: the score changes with reviews and at the first of a
month, never between. Exact numerics: the sum does not depend on the order of rows.
"""

from __future__ import annotations

from typing import Final

_AGE: Final = """(
    (extract(year FROM {as_of}) - extract(year FROM t.month)) * 12
    + extract(month FROM {as_of}) - extract(month FROM t.month)
)::numeric"""
_WEIGHT: Final = f"power(0.5::numeric, {_AGE} / %(half_life)s)"
_WEIGHED: Final = """round(
    1000 * (%(prior_weight)s * %(prior_mean)s::numeric + coalesce(sum(t.n * t.rating * {weight}), 0))
    / (%(prior_weight)s + coalesce(sum(t.n * {weight}), 0))
)::integer"""

LOCK: Final = """
INSERT INTO reviews_reputation (id, created_at, updated_at, user_id, role, count, total, score, as_of)
VALUES (%(id)s, %(now)s, %(now)s, %(user_id)s, %(role)s, 0, 0, 0, %(as_of)s)
ON CONFLICT (user_id, role) DO UPDATE SET updated_at = excluded.updated_at
RETURNING id
"""
ADD: Final = """
INSERT INTO reviews_tally (user_id, role, month, rating, n)
VALUES (%(user_id)s, %(role)s, %(month)s, %(rating)s, 1)
ON CONFLICT (user_id, role, month, rating) DO UPDATE SET n = reviews_tally.n + 1
"""
TAKE: Final = """
UPDATE reviews_tally SET n = n - 1
WHERE user_id = %(user_id)s AND role = %(role)s AND month = %(month)s AND rating = %(rating)s
RETURNING n
"""
SCORE: Final = f"""
UPDATE reviews_reputation AS kept
SET count = fresh.count, total = fresh.total, score = fresh.score, as_of = %(as_of)s, updated_at = %(now)s
FROM (
    SELECT one.id, coalesce(sum(t.n), 0) AS count, coalesce(sum(t.n * t.rating), 0) AS total,
        {_WEIGHED.format(weight=_WEIGHT.format(as_of="%(as_of)s::date"))} AS score
    FROM reviews_reputation AS one
    LEFT JOIN reviews_tally AS t ON t.user_id = one.user_id AND t.role = one.role
    WHERE one.id = ANY(%(ids)s)
    GROUP BY one.id
) AS fresh
WHERE fresh.id = kept.id
RETURNING kept.user_id, kept.role, kept.count, kept.score
"""  # noqa: S608 - parts of our own
OUTDATED: Final = """
SELECT id FROM reviews_reputation WHERE as_of < %(as_of)s
ORDER BY as_of, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
STARS: Final = """
SELECT rating, sum(n)::integer AS n FROM reviews_tally
WHERE user_id = %(user_id)s AND role = %(role)s GROUP BY rating
"""
HISTORY: Final = f"""
SELECT point.month::date AS month,
    coalesce(sum(t.n) FILTER (WHERE t.month = point.month::date), 0)::integer AS count,
    coalesce(sum(t.n * t.rating) FILTER (WHERE t.month = point.month::date), 0)::integer AS total,
    {_WEIGHED.format(weight=_WEIGHT.format(as_of="point.month"))} AS score
FROM generate_series(
    %(as_of)s::date - make_interval(months => %(months)s - 1), %(as_of)s::date, interval '1 month'
) AS point (month)
LEFT JOIN reviews_tally AS t
    ON t.user_id = %(user_id)s AND t.role = %(role)s AND t.month <= point.month::date
GROUP BY point.month ORDER BY point.month
"""  # noqa: S608 - parts of our own

_COUNTED: Final = """
SELECT subject_id AS user_id, role, date_trunc('month', created_at AT TIME ZONE 'UTC')::date AS month,
    rating, count(*)::integer AS n
FROM reviews_review WHERE deleted_at IS NULL AND withheld = '{}'
"""
DIFFERENT: Final = f"""
SELECT DISTINCT user_id, role FROM (
    {_COUNTED} GROUP BY 1, 2, 3, 4
) AS counted
FULL JOIN (SELECT * FROM reviews_tally WHERE n <> 0) AS kept USING (user_id, role, month, rating)
WHERE counted.n IS DISTINCT FROM kept.n
ORDER BY user_id, role
"""  # noqa: S608 - parts of our own
MISCOUNTED: Final = f"""
SELECT one.user_id, one.role
FROM reviews_reputation AS one
LEFT JOIN reviews_tally AS t ON t.user_id = one.user_id AND t.role = one.role
GROUP BY one.id
HAVING one.count <> coalesce(sum(t.n), 0) OR one.total <> coalesce(sum(t.n * t.rating), 0)
    OR one.score <> {_WEIGHED.format(weight=_WEIGHT.format(as_of="one.as_of"))}
ORDER BY one.user_id, one.role
"""  # noqa: S608 - parts of our own
FORGET: Final = "DELETE FROM reviews_tally WHERE user_id = %(user_id)s AND role = %(role)s"
RECOUNT: Final = f"""
INSERT INTO reviews_tally (user_id, role, month, rating, n)
{_COUNTED} AND subject_id = %(user_id)s AND role = %(role)s GROUP BY 1, 2, 3, 4
"""
