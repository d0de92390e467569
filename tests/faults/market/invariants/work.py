"""What must hold of what happens after the answer: events, tasks, notifications, mail."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tests.faults.market.faults import LOSING
from tests.faults.market.invariants.evidence import Evidence
from tests.faults.market.record import Record

BROKE_UNDER: Final = "died at attempt|OperationalError|InterfaceError|Unavailable|database"
"""A regular expression: what the error of a task says whose worker or connection broke."""


def answers(evidence: Evidence) -> Iterator[str]:
    """Nobody was answered what nobody should be, and no process logged a fault of its own."""
    yield from evidence.record.surprises


def accounts(evidence: Evidence) -> Iterator[str]:
    """Whoever was told of an account has it, once, with their address verified."""
    sql = (
        "SELECT email, id::text, email_verified_at IS NOT NULL FROM accounts_user WHERE email LIKE 'person%%'"
    )
    stored = Counter((email, user_id) for email, user_id, _ in evidence.rows(sql))
    for pair in evidence.record.people.items():
        if stored[pair] != 1:
            yield f"{pair[0]} was told of account {pair[1]}, of which there are {stored[pair]}"
    for email, _, verified in evidence.rows(sql):
        if email in evidence.record.people and not verified:
            yield f"{email} followed the link and is not verified"


def deliveries(evidence: Evidence) -> Iterator[str]:
    """Every event was delivered to every subscriber of its type; none waits, none is dead."""
    sql = """
    SELECT subscriber, state, count(*), max(error) FROM kernel_delivery WHERE state <> 'done' GROUP BY 1, 2
    """
    for subscriber, state, count, error in evidence.rows(sql):
        yield f"{count} deliveries to {subscriber} are {state}: {error}"
    sql = """
    WITH following AS (
        SELECT DISTINCT subscriber, type FROM kernel_delivery JOIN kernel_event USING (position)
    )
    SELECT following.subscriber, type, count(*) FROM kernel_event JOIN following USING (type)
    LEFT JOIN kernel_delivery d ON d.position = kernel_event.position AND d.subscriber = following.subscriber
    WHERE d.position IS NULL GROUP BY 1, 2
    """
    for subscriber, event, count in evidence.rows(sql):
        yield f"{count} events {event} have no delivery to {subscriber}"


def tasks(evidence: Evidence) -> Iterator[str]:
    """No task failed but by what broke under it, and none that is due waits.

    A task without retries may fail with its worker or its connection: the rows it
    works on remember, and the other invariants say whether they did.
    """
    sql = """
    SELECT name, state, count(*), max(error) FROM kernel_task
    WHERE state = 'running' OR (state = 'queued' AND run_at < now() - interval '1 minute')
        OR (state = 'failed' AND coalesce(error, '') !~ %s)
    GROUP BY 1, 2
    """
    for name, state, count, error in evidence.rows(sql, BROKE_UNDER):
        yield f"{count} tasks {name} are {state}: {error}"


def figures(evidence: Evidence) -> Iterator[str]:
    """What follows events equals a recount: every delivery had its effect once."""
    yield from evidence.command("dashboards", "recount", "--check")
    yield from evidence.command("reviews", "recount")


def notifications(evidence: Evidence) -> Iterator[str]:
    """Who is told of an order is told once of each step; the unread that are shown are there."""
    sql = """
    WITH wanted AS (
        SELECT 'orders.placed' AS type, seller_id AS user_id, id AS order_id, 1 AS n FROM orders_order
        UNION ALL SELECT 'orders.received', buyer_id, id, 1 FROM orders_order
        UNION ALL SELECT 'orders.status', o.buyer_id, o.id,
            count(*) FILTER (WHERE s.was <> '' AND s.party <> 'buyer')
            FROM orders_order o JOIN orders_step s ON s.order_id = o.id GROUP BY o.id
        UNION ALL SELECT 'orders.status', o.seller_id, o.id,
            count(*) FILTER (WHERE s.was <> '' AND s.party <> 'seller')
            FROM orders_order o JOIN orders_step s ON s.order_id = o.id GROUP BY o.id
    ), told AS (
        SELECT type, user_id, (data->>'order_id')::uuid AS order_id, count(*) AS n
        FROM notifications_notification WHERE type LIKE 'orders.%%' GROUP BY 1, 2, 3
    )
    SELECT type, user_id::text, order_id::text, coalesce(wanted.n, 0), coalesce(told.n, 0)
    FROM wanted FULL JOIN told USING (type, user_id, order_id)
    WHERE coalesce(wanted.n, 0) <> coalesce(told.n, 0)
    """
    for kind, person, order, wanted, told in evidence.rows(sql):
        yield f"{person} was notified {told} times of {kind} of order {order}, not {wanted}"
    sql = """
    SELECT user_id::text, count(*) FROM notifications_notification WHERE read_at IS NULL GROUP BY 1
    """
    counted = dict(evidence.rows(sql))
    for person, shown in evidence.record.inbox.items():
        if counted.get(person, 0) != shown:
            yield f"{person} is shown {shown} unread notifications, there are {counted.get(person, 0)}"


def mails(evidence: Evidence) -> Iterator[str]:
    """Every mail to be sent arrived, none is unknown, none was made twice.

    One that was taken while a process, a connection or the confirmation broke off
    may come again, under the same Message-ID: whether it was taken is not known
    then. Without such a fault between the two it may not.
    """
    sql = """
    SELECT id::text, state, reason, type, message_id::text, address FROM notifications_delivery
    WHERE channel = 'email'
    """
    rows = evidence.rows(sql)
    arrived: dict[str, list[float]] = defaultdict(list)
    for mail in evidence.record.mails:
        arrived[mail.id.strip("<>").partition("@")[0]].append(mail.at)
    for delivery, state, reason, kind, *_ in rows:
        if state != "sent":
            yield f"mail {delivery} ({kind}) is {state}: {reason}"
        elif delivery not in arrived:
            yield f"mail {delivery} ({kind}) is sent and never arrived"
    for pair, count in Counter((message, address) for *_, message, address in rows).items():
        if count > 1:
            yield f"message {pair[0]} became {count} mails to {pair[1]}"
    for unknown in arrived.keys() - {delivery for delivery, *_ in rows}:
        yield f"mail {unknown} arrived and nobody sent it"
    yield from _repeated(evidence.record, arrived)


def _repeated(record: Record, arrived: dict[str, list[float]]) -> Iterator[str]:
    losing = [one for one in record.faults if one.name in LOSING]
    for delivery, times in arrived.items():
        for first, second in pairwise(times):
            if not any(one.begun <= second and one.ended >= first - 5 for one in losing):
                yield f"mail {delivery} came again after {second - first:.1f} s, and nothing had broken off"
