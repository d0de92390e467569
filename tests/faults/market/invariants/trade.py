"""What must hold of what was bought, paid, booked and reviewed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.faults.market.invariants.evidence import Evidence


def stock(evidence: Evidence) -> Iterator[str]:
    """What is left of a listing is what it began with, less what stands in orders and did not come back."""
    sql = """
    SELECT l.id::text, l.quantity, l.status,
        coalesce(sum(line.quantity) FILTER (WHERE o.status <> 'CANCELLED' AND o.restocked_at IS NULL), 0)
    FROM listings_listing l LEFT JOIN orders_line line ON line.ref = 'listing:' || l.id
    LEFT JOIN orders_order o ON o.id = line.order_id
    WHERE l.type = 'PRODUCT' GROUP BY l.id
    """
    stored = {listing: rest for listing, *rest in evidence.rows(sql)}
    for listing, pieces in evidence.record.offered.items():
        if listing not in stored:
            yield f"listing {listing} was acknowledged and is not there"
            continue
        left, status, sold = stored[listing]
        if left != pieces - sold or left < 0:
            yield f"listing {listing} began with {pieces}, {sold} are sold, {left} are left"
        if (status == "SOLD") != (left == 0):
            yield f"listing {listing} is {status} with {left} left"


def orders(evidence: Evidence) -> Iterator[str]:
    """There is one order for each key that was acknowledged, at most one for any other, none unknown."""
    stored: dict[str, list[str]] = defaultdict(list)
    for key, order in evidence.rows("SELECT note, id::text FROM orders_order"):
        stored[key].append(order)
    yield from _by_key("order", stored, evidence.record.orders)
    status = dict(evidence.rows("SELECT id::text, status FROM orders_order"))
    for order, ended in evidence.record.ended.items():
        if status.get(order) != ended:
            yield f"order {order} was acknowledged as {ended} and is {status.get(order)}"


def _by_key(what: str, stored: dict[str, list[str]], asked: dict[str, str | None]) -> Iterator[str]:
    for key, ids in stored.items():
        if key not in asked:
            yield f"{what} {ids[0]} has a key nobody used: {key!r}"
        if len(ids) > 1:
            yield f"key {key} made {len(ids)} {what}s"
    for key, answered in asked.items():
        there = stored.get(key, [])
        if answered and there != [answered]:
            yield f"key {key} was answered with {what} {answered}, stored are {there}"
        if answered == "" and there:
            yield f"key {key} was refused and made {what} {there[0]}"


def bookings(evidence: Evidence) -> Iterator[str]:
    """There is one booking for each key that was acknowledged, and no time is taken twice."""
    stored: dict[str, list[str]] = defaultdict(list)
    for key, booking in evidence.rows("SELECT note, id::text FROM bookings_booking"):
        stored[key].append(booking)
    yield from _by_key("booking", stored, evidence.record.bookings)
    sql = """
    WITH taking AS (SELECT * FROM bookings_booking WHERE status IN ('HELD', 'PENDING', 'CONFIRMED'))
    SELECT one.id::text, other.id::text, one.starts_at::text, other.starts_at::text
    FROM taking one JOIN taking other ON other.resource_id = one.resource_id AND other.lane = one.lane
        AND other.id > one.id AND other.starts_at < one.ends_at AND one.starts_at < other.ends_at
    """
    for one, other, *starts in evidence.rows(sql):
        yield f"bookings {one} and {other} take the same time, from {starts[0]} and from {starts[1]}"


def reviews(evidence: Evidence) -> Iterator[str]:
    """Each review that was acknowledged is there, and there is one an order."""
    stored = dict(evidence.rows("SELECT id::text, ref FROM reviews_review"))
    for order, review in evidence.record.reviews.items():
        if stored.get(review) != f"order:{order}":
            yield f"review {review} of order {order} was acknowledged; stored is {stored.get(review)}"
    for ref, count in Counter(stored.values()).items():
        if count > 1:
            yield f"{ref} has {count} reviews"


def quotas(evidence: Evidence) -> Iterator[str]:
    """Nobody has more on the list than their plan allows, and what they are shown is what there is."""
    sql = """
    SELECT l.seller_id::text, count(*) FILTER (WHERE l.withheld = '{}'), count(*),
        (SELECT max(s.plan) FROM subscriptions_subscription s
         WHERE s.user_id = l.seller_id AND s.ended_at IS NULL)
    FROM listings_listing l WHERE l.status = 'ACTIVE' AND l.deleted_at IS NULL GROUP BY l.seller_id
    """
    allowed, counted = {None: 5, "STANDARD": 20}, {}
    for seller, listed, active, plan in evidence.rows(sql):
        counted[seller] = active
        if listed > allowed[plan]:
            yield f"{seller} has {listed} on the list, {plan or 'FREE'} allows {allowed[plan]}"
    for seller, used in evidence.record.used.items():
        if counted.get(seller, 0) != used:
            yield f"{seller} is shown {used} listings in use, there are {counted.get(seller, 0)}"
