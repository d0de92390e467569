"""CondoMarket through every fault, briefly; and that each of its invariants can be seen to break.

The long form is `python -m tests.faults.market`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing, contextmanager
from copy import deepcopy
from dataclasses import fields, replace
from pathlib import Path

import psycopg2
import pytest

from tests.faults.market.faults import FAULTS, schedule
from tests.faults.market.invariants import INVARIANTS, Evidence, broken
from tests.faults.market.mail import Mail
from tests.faults.market.nginx import nginx_program
from tests.faults.market.record import Record
from tests.faults.market.run import Run
from tests.faults.market.stand import standing

pytestmark = pytest.mark.slow

SEED = 1
AGAIN = """
INSERT INTO {table} SELECT (jsonb_populate_record(one, {changed})).*
FROM {table} AS one, generate_series(1, {times})
WHERE one.id = (SELECT id FROM {table} WHERE {which} ORDER BY id LIMIT 1)
"""
ONE = "ctid = (SELECT ctid FROM {table} WHERE {which} LIMIT 1)"


@pytest.fixture(scope="module")
def lived():
    """A short life of a few people: what is left of it, and what they were told."""
    place = Path(tempfile.mkdtemp(prefix="stoa-market-"))
    try:
        with standing(place) as stand:
            yield Evidence(stand, Run(stand, users=5, seconds=20, seed=SEED).live())
    finally:
        shutil.rmtree(place, ignore_errors=True)


def test_every_invariant_holds_after_everything_broke(lived):
    assert broken(lived) == {}


def test_everything_broke_and_people_lived_through_it(lived):
    counts = lived.record.counts

    assert {one.name for one in lived.record.faults} == set(FAULTS)
    assert counts["asked again"] > 0
    assert counts["sent by socket"] > 0
    assert len(lived.record.paid) > 0
    assert len(lived.record.media) > 0
    assert len(lived.record.shown) > 0
    assert any(lived.record.bookings.values())
    assert len(lived.record.people) == 5 + 1  # the building has a manager
    assert len(lived.record.mails) > 5


@pytest.mark.skipif(nginx_program() is None, reason="nginx is not installed: people talked to the processes")
def test_people_came_through_nginx(lived):
    assert lived.stand.proxied


def test_a_seed_gives_the_same_faults_again():
    def first(seed):
        faults = schedule(seed)
        return [next(faults) for _ in range(2 * len(FAULTS))]

    assert first(7) == first(7)
    assert first(7) != first(8)
    assert {one.name for one in first(7)[: len(FAULTS)]} == set(FAULTS)


def changed(table: str, which: str, to: str) -> str:
    """Return the SQL that changes one row."""
    return f"UPDATE {table} SET {to} WHERE {ONE.format(table=table, which=which)}"


def gone(table: str, which: str = "true") -> str:
    """Return the SQL that loses one row."""
    return f"DELETE FROM {table} WHERE {ONE.format(table=table, which=which)}"


def again(table: str, which: str = "true", times: int = 1, **values: str) -> str:
    """Return the SQL that makes one row so many times more, under other ids."""
    pairs = ", ".join(f"'{name}', {value}" for name, value in {"id": "gen_random_uuid()", **values}.items())
    return AGAIN.format(table=table, which=which, times=times, changed=f"jsonb_build_object({pairs})")


TABLES = {
    "an account that is not verified": (
        "accounts",
        changed("accounts_user", "email LIKE 'person%'", "email_verified_at = NULL"),
    ),
    "an entry of another amount": ("ledger", changed("payments_entry", "true", "amount = amount + 1")),
    "a balance below zero": (
        "ledger",
        "ALTER TABLE payments_account DROP CONSTRAINT payments_account_not_negative; "
        + changed("payments_account", "owner_id IS NOT NULL", "balance = -1"),
    ),
    "a piece too many": ("stock", changed("listings_listing", "type = 'PRODUCT'", "quantity = quantity + 1")),
    "a lost order": ("orders", gone("orders_order")),
    "an order made twice": ("orders", again("orders_order", number="'twice'")),
    "a capture that was not booked": ("captures", gone("payments_movement", "kind = 'capture'")),
    "a capture of the gateway's alone": (
        "captures",
        changed("payments_payment", "status = 'CAPTURED'", "status = 'DUE'"),
    ),
    "an order paid twice": (
        "captures",
        "DROP INDEX payments_payment_of_ref; " + again("payments_payment", "status = 'CAPTURED'"),
    ),
    "money that went back in the books alone": (
        "refunds",
        changed("payments_payment", "status = 'CAPTURED'", "refunded = refunded + 1"),
    ),
    "a dead letter": ("deliveries", changed("kernel_delivery", "true", "state = 'dead'")),
    "a delivery that never was": (
        "deliveries",
        gone("kernel_delivery", "subscriber = 'order_chat.open_room'"),
    ),
    "a task that failed": ("tasks", changed("kernel_task", "true", "state = 'failed', error = 'KeyError'")),
    "a figure counted twice": ("figures", "UPDATE dashboards_count SET n = n + 1"),
    "a lost message": ("messages", gone("chat_message", "counted")),
    "a medium that cannot be used": ("media", changed("media_medium", "true", "status = 'failed'")),
    "a medium that was lost": ("media", "DELETE FROM media_medium"),
    "a medium of other bytes": ("media", "UPDATE media_medium SET sha256 = 'another'"),
    "room that is taken by nothing": ("room", changed("media_usage", "true", "used_bytes = used_bytes + 1")),
    "room kept for no upload": (
        "room",
        changed("media_usage", "true", "reserved_bytes = reserved_bytes + 1"),
    ),
    "a storage quota that was passed": ("room", again("media_medium", "charged_bytes > 0", 200)),
    "a medium that is shown and not held": ("uses", gone("media_attachment")),
    "a medium that is held by nothing": (
        "uses",
        again("media_attachment", medium_id="gen_random_uuid()", owner_id="gen_random_uuid()"),
    ),
    "a medium in use that is to be removed": (
        "uses",
        changed("media_medium", "unused_since IS NULL", "unused_since = now()"),
    ),
    "a time that was taken twice": (
        "bookings",
        "ALTER TABLE bookings_booking DROP CONSTRAINT bookings_booking_no_overlap; "
        + again("bookings_booking", times=2, status="'CONFIRMED'"),
    ),
    "a quota that was passed": (
        "quotas",
        again("listings_listing", "status = 'ACTIVE'", 21),
    ),
    "a lost notification": ("notifications", gone("notifications_notification", "type = 'orders.placed'")),
    "a notification told twice": (
        "notifications",
        again("notifications_notification", "type = 'orders.received'"),
    ),
    "a mail that waits": (
        "mails",
        changed("notifications_delivery", "channel = 'email'", "state = 'queued'"),
    ),
    "a mail made twice": ("mails", again("notifications_delivery", "channel = 'email'")),
}


@contextmanager
def copied(evidence: Evidence, sql: str):
    """Give a block a copy of the database with something wrong in it, which no trigger or key prevents."""
    name = psycopg2.extensions.parse_dsn(evidence.url)["dbname"]
    url = evidence.stand.postgres.fresh_database(name)
    try:
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(sql)
            assert cursor.rowcount > 0, "nothing was changed"
        yield Evidence(evidence.stand, evidence.record, url)
    finally:
        evidence.stand.postgres.drop_database(url)


@pytest.mark.parametrize("wrong", TABLES)
def test_what_is_wrong_in_the_database_is_found(lived, wrong):
    name, sql = TABLES[wrong]

    with copied(lived, sql) as evidence:
        found = list(INVARIANTS[name](evidence))

    assert found


def first(mapping):
    return next(iter(mapping))


def came_again(record: Record) -> None:
    record.faults.clear()
    record.mails.append(replace(record.mails[0], at=record.mails[0].at + 60))


def in_another_order(record: Record) -> None:
    heard = next(one for one in record.heard.values() if len(one) > 1)
    heard[0], heard[1] = heard[1], heard[0]


def heard_twice(record: Record) -> None:
    heard = next(one for one in record.heard.values() if one)
    heard.append(heard[-1])


def not_heard(record: Record) -> None:
    heard = next(one for one in record.heard.values() if len(one) > 1)
    heard.pop(1)


def one_more(of: dict[object, int]) -> None:
    of[first(of)] += 1


RECORDS: dict[str, tuple[str, Callable[[Record], object]]] = {
    "a fault of the server's": ("answers", lambda record: record.surprise("500")),
    "an account nobody has": ("accounts", lambda record: record.people.update({"nobody@example.com": "1"})),
    "a listing that was lost": ("stock", lambda record: record.offered.update({"a listing": 1})),
    "an order that was lost": ("orders", lambda record: record.orders.update({"a key": "an order"})),
    "an order under no key": ("orders", lambda record: record.orders.clear()),
    "a refused order that was made": (
        "orders",
        lambda record: record.orders.update(dict.fromkeys(record.orders, "")),
    ),
    "an order that ended otherwise": (
        "orders",
        lambda record: record.ended.update({"an order": "COMPLETED"}),
    ),
    "a payment that was not taken": (
        "captures",
        lambda record: record.paid.update(order for order in record.orders.values() if order),
    ),
    "an acknowledged message that was lost": ("messages", lambda record: record.say(first(record.sent), "1")),
    "a message told twice": ("messages", heard_twice),
    "a message that was not told": ("messages", not_heard),
    "messages told in another order": ("messages", in_another_order),
    "a file that was not served": ("media", lambda record: record.read.clear()),
    "a deleted file that is there": ("media", lambda record: record.deleted.update(record.media)),
    "another room in use": ("room", lambda record: one_more(record.room)),
    "a file that was not sent along": (
        "uses",
        lambda record: record.shown.update({first(record.shown): "1"}),
    ),
    "another number of unread messages": ("unread", lambda record: one_more(record.unread)),
    "another number of listings in use": ("quotas", lambda record: one_more(record.used)),
    "a booking that was lost": ("bookings", lambda record: record.bookings.update({"a key": "a booking"})),
    "a review that was lost": ("reviews", lambda record: record.reviews.update({"an order": "a review"})),
    "another number of unread notifications": ("notifications", lambda record: one_more(record.inbox)),
    "a mail that never came": ("mails", lambda record: record.mails.clear()),
    "a mail nobody sent": ("mails", lambda record: record.mails.append(Mail("<1@x>", "", "", "", 0.0))),
    "a mail that came again": ("mails", came_again),
}


@pytest.mark.parametrize("wrong", RECORDS)
def test_what_people_were_told_otherwise_is_found(lived, wrong):
    name, change = RECORDS[wrong]
    kept = {one.name: deepcopy(getattr(lived.record, one.name)) for one in fields(Record) if one.repr}
    record = Record(**kept)

    change(record)
    found = list(INVARIANTS[name](Evidence(lived.stand, record)))

    assert found


def test_every_invariant_was_seen_to_break():
    assert {name for name, _ in (*TABLES.values(), *RECORDS.values())} == set(INVARIANTS)
