"""Who saw what: each viewer once a day, exact, and cheap enough for every read.

A view is one row under a primary key of listing, day and viewer, so a second
one is nothing. It commits by itself before the answer leaves, without waiting
for the disk (`synchronous_commit = off` for this one statement): whatever is
killed on our side loses nothing, a crash of PostgreSQL's machine at most its
last moments. The sums follow: a schedule adds up the rows not counted yet and
marks them in one transaction.

A viewer is a keyed hash of the account, or of address and browser, with the
day: it cannot be followed from day to day, and goes after two.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, date, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from kernel import Principal, Statement, app
from plugins.listings.queries import KIND
from plugins.search import api as search

# The setting holds for this statement's transaction, which is all of it.
_SEE = Statement("""
WITH quiet AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO listings_view (listing_id, day, viewer, counted)
SELECT %(listing)s, %(day)s, %(viewer)s, false FROM quiet
ON CONFLICT DO NOTHING
""")
# Rows are locked in one order; listings are updated in one order, like everywhere.
_COUNT = """
WITH taken AS (
    UPDATE listings_view AS v SET counted = true
    FROM (SELECT listing_id, day, viewer FROM listings_view WHERE NOT counted
          ORDER BY listing_id, day, viewer LIMIT %(limit)s FOR UPDATE SKIP LOCKED) AS t
    WHERE (v.listing_id, v.day, v.viewer) = (t.listing_id, t.day, t.viewer)
    RETURNING v.listing_id, v.day
), sums AS (
    SELECT listing_id, day, count(*)::integer AS n FROM taken GROUP BY listing_id, day
), days AS (
    INSERT INTO listings_view_day AS d (listing_id, day, views)
    SELECT listing_id, day, n FROM sums ORDER BY listing_id, day
    ON CONFLICT (listing_id, day) DO UPDATE SET views = d.views + excluded.views
), totals AS (
    SELECT listing_id, sum(n)::bigint AS n FROM sums GROUP BY listing_id
), locked AS (
    SELECT l.id FROM listings_listing AS l JOIN totals AS t ON t.listing_id = l.id
    ORDER BY l.id FOR UPDATE OF l
), written AS (
    UPDATE listings_listing AS l SET views = l.views + t.n
    FROM totals AS t JOIN locked ON locked.id = t.listing_id WHERE l.id = t.listing_id
    RETURNING l.id, l.views
)
SELECT (SELECT count(*) FROM taken), (SELECT coalesce(jsonb_object_agg(id, views), '{}') FROM written)
"""
_PURGE = "DELETE FROM listings_view WHERE counted AND day < %s"
_DAYS = """
SELECT day, sum(n)::bigint FROM (
    SELECT d.day, d.views AS n FROM listings_view_day AS d
    WHERE d.listing_id IN {listings} AND d.day >= %(first)s
    UNION ALL
    SELECT v.day, 1 FROM listings_view AS v
    WHERE v.listing_id IN {listings} AND NOT v.counted AND v.day >= %(first)s
) AS seen GROUP BY day
"""
_UNCOUNTED = "SELECT count(*) FROM listings_view WHERE listing_id IN {listings} AND NOT counted"
ONE = "(SELECT %(id)s::uuid)"
OWN = "(SELECT id FROM listings_listing WHERE seller_id = %(id)s AND deleted_at IS NULL)"
BATCH = 5000
KEPT = 10_000  # views a process remembers: 2 MB


class Noted:
    """The latest views that this process has noted: what another has is noted once more, to no effect.

    PERF: asking Redis takes longer than telling PostgreSQL what it knows.
    """

    def __init__(self) -> None:
        self._keys: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, key: bytes) -> bool:
        """Say whether a view is among them."""
        return key in self._keys

    def add(self, key: bytes) -> None:
        """Add a view; the oldest goes when there are too many."""
        self._keys[key] = None
        if len(self._keys) > KEPT:
            self._keys.popitem(last=False)


def see(listing_id: UUID, viewer: Principal, client_ip: str, user_agent: str) -> None:
    """Note that somebody saw a listing; the same viewer counts once a day.

    One statement, and none when this process has noted it already.
    """
    now = app.clock.now()
    day = now.astimezone(UTC).date()
    digest = _viewer(day, viewer, client_ip, user_agent)
    noted, key = app.service(Noted), listing_id.bytes + digest
    if key not in noted:
        app.db.execute_sql(_SEE, {"listing": listing_id, "day": day, "viewer": digest})
        noted.add(key)


def _viewer(day: date, viewer: Principal, client_ip: str, user_agent: str) -> bytes:
    who = f"account:{viewer.id}" if viewer.id else f"client:{client_ip}:{user_agent}"
    key = bytes.fromhex(app.secret("listings:viewers"))[:64]
    return blake2b(f"{day}:{who}".encode(), key=key, digest_size=16).digest()


def count() -> int:
    """Add the views not counted yet to the sums; return how many those were."""
    done = 0
    while True:
        with app.db.atomic():
            [(taken, totals)] = app.db.rows(_COUNT, {"limit": BATCH})
            search.rate(KIND, {UUID(listing_id): views for listing_id, views in totals.items()})
        done += int(taken)
        if taken < BATCH:
            return done


def purge() -> int:
    """Delete counted rows of days that are over; the sums stay."""
    yesterday = app.clock.now().astimezone(UTC).date() - timedelta(days=1)
    return int(app.db.execute_sql(_PURGE, (yesterday,)).rowcount)


def by_day(of: str, subject_id: UUID, days: int) -> list[dict[str, Any]]:
    """Return the views of the last days, today included, the oldest first; exact.

    `of` is ONE (a listing's id) or OWN (a seller's).
    """
    today = app.clock.now().astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    rows = dict(app.db.rows(_DAYS.format(listings=of), {"id": subject_id, "first": first}))
    every = (first + timedelta(days=number) for number in range(days))
    return [{"day": day, "views": int(rows.get(day, 0))} for day in every]


def uncounted(of: str, subject_id: UUID) -> int:
    """Return how many views the sums do not hold yet."""
    [(n,)] = app.db.rows(_UNCOUNTED.format(listings=of), {"id": subject_id})
    return int(n)
