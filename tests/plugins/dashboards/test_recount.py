"""What is kept by events equals a recount, whatever comes, however often and in whatever order."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from click.testing import CliRunner

from kernel import Delivery, Money
from kernel.testing import race
from plugins.dashboards.commands import recount
from plugins.dashboards.services import recounting
from plugins.orders import api as orders
from plugins.payments import api as payments

PLUGINS = ("kiosk", "order_payments")
FIGURES = (
    "dashboards_subject",
    "dashboards_count",
    "dashboards_day",
    "dashboards_product",
    "dashboards_best",
)


class Expected:
    """What came in by day, as the test knows it from what it did."""

    def __init__(self, clock):
        self.clock = clock
        self.days = Counter()
        self.left = {}
        self.undone = Counter()

    def sold(self, order_id, total):
        self.days[str(self.clock.now().date()), "gross"] += total
        self.left[order_id] = total

    def taken_off(self, order_id, amount, action):
        self.undone[action] += 1
        self.days[str(self.clock.now().date()), "refunded"] += amount
        self.left[order_id] -= amount


@pytest.fixture
def pay(kiosk):
    """Pay an order; its payment's id comes back."""

    def paid(order_id):
        order = orders.order(order_id)
        buyer = kiosk.client.as_user(order.buyer_id)
        payment = buyer.post(f"/v1/order-payments/{order_id}").json["id"]
        answer = buyer.post(f"/v1/payments/{payment}/confirm", {"method": "tok_ok"})
        assert answer.status == 200, answer.text
        return payment

    return paid


def figures(app):
    """Return every row of the figures, those of nothing left out."""
    return {
        table: sorted(
            json.dumps(row, default=str, sort_keys=True)
            for row in app.db.dicts(f"SELECT * FROM {table}")
            if any(isinstance(value, int) and value for value in row.values()) or "ref" in row
        )
        for table in FIGURES
    }


def deliveries(app):
    """Return every event of every subscription of dashboards, as it would be delivered."""
    found = []
    for name, subscriber in app.bus.subscribers.items():
        if name.startswith("dashboards."):
            for stored in app.bus.operations.history(type=subscriber.type, limit=1000):
                event = app.bus.types[stored.type].load(stored.data)
                same = {each: getattr(stored, each) for each in ("id", "type", "key", "position")}
                told = {each: getattr(stored, each) for each in ("occurred_at", "actor", "scope")}
                delivery = Delivery(
                    event=event, correlation_id=None, attempt=1, replayed=True, **same, **told
                )
                found.append((subscriber.handler, delivery))
    return found


def deliver(app, some):
    for handler, delivery in some:
        with app.db.atomic():
            handler(delivery)


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_equal_a_recount_and_what_was_done(kiosk, app, clock, work, pay, seed):
    chance, expected = Random(seed), Expected(clock)
    buyer, sellers = kiosk.person(), [kiosk.person() for _ in range(3)]
    scopes = [None, f"building:{kiosk.building()}"]
    goods = [
        kiosk.put(
            chance.choice(sellers), Money(chance.randrange(1, 9_999), "USD"), scope=chance.choice(scopes)
        )
        for _ in range(6)
    ]

    for _ in range(45):
        clock.advance(timedelta(minutes=chance.randrange(900)))
        alive = [order_id for order_id, left in expected.left.items() if left]
        action = chance.choice(("buy", "buy", "refund", "cancel", "pay back", "complete", "leave"))
        if action == "buy":
            order_id = kiosk.order(buyer, (chance.choice(goods), chance.randrange(1, 4)))
            pay(order_id)
            work()
            expected.sold(order_id, orders.order(order_id).total.amount)
        elif action == "leave":
            kiosk.order(buyer, (chance.choice(goods), 1))
        elif alive:
            undo(app, kiosk, chance, expected, chance.choice(alive), action)
        work()
    kept = figures(app)
    shuffled = deliveries(app) * 5
    chance.shuffle(shuffled)
    deliver(app, shuffled)

    found = app.db.dicts("SELECT * FROM dashboards_day WHERE bucket = 'platform'")
    by_day = {(str(row["day"]), name): row[name] for row in found for name in ("gross", "refunded")}
    assert {key: n for key, n in by_day.items() if n} == {key: n for key, n in expected.days.items() if n}
    assert figures(app) == kept
    assert recounting.check().equal
    assert set(expected.undone) == {"refund", "cancel", "pay back"}, "a run that proves less than it says"


def undo(app, kiosk, chance, expected, order_id, action):
    """Cancel an order, complete it, pay it back, or a part of it."""
    left, status = expected.left[order_id], orders.order(order_id).status
    if action in {"cancel", "complete"} and status != "CONFIRMED":
        return
    if action == "complete":
        kiosk.step(order_id, "complete")
        return
    if action == "cancel":
        kiosk.step(order_id, "cancel")
    elif action == "pay back":
        kiosk.step(order_id, "refund")
    elif left > 1:
        left = chance.randrange(1, left)
        payment = payments.of_refs([f"order:{order_id}"])[f"order:{order_id}"]
        payments.refund(payment.id, left, "user:test", "A scratch")
    else:
        return
    expected.taken_off(order_id, left, action)


def test_events_that_come_in_the_wrong_order_first_make_no_difference(kiosk, app, clock, work, pay):
    buyer, seller = kiosk.person(), kiosk.person()
    ref = kiosk.put(seller, Money(1000, "USD"))
    for part in (300, None):
        order_id = kiosk.order(buyer, (ref, 1))
        payment = pay(order_id)
        work()
        clock.advance(timedelta(days=1))
        payments.refund(payment, part, "user:test", "A scratch")
        work()
    kept = figures(app)
    app.db.execute_sql(f"TRUNCATE {', '.join(FIGURES)}")

    deliver(app, reversed(deliveries(app)))

    assert figures(app) == kept


def test_a_cancelled_order_whose_money_goes_back_is_taken_off_once(kiosk, app, clock, work, pay, sums):
    buyer, seller = kiosk.person(), kiosk.person()
    order_id = kiosk.order(buyer, (kiosk.put(seller, Money(1000, "USD")), 1))
    payment = pay(order_id)
    work()
    payments.refund(payment, 300, "user:test", "A scratch")
    work()
    kiosk.step(order_id, "cancel")
    work()

    found = sums(kiosk.seller(seller))

    assert payments.payment(payment).refunded == Money(1000, "USD")
    assert found == {"sales": 1, "gross": 1000, "refunded": 1000, "net": 0, "commission": 0}


def test_deliveries_that_race_for_one_order_count_it_once(kiosk, app, work, sums, pay):
    buyer, seller = kiosk.person(), kiosk.person()
    pay(kiosk.order(buyer, (kiosk.put(seller, Money(1000, "USD")), 1)))
    work()
    app.db.execute_sql(f"TRUNCATE {', '.join(FIGURES)}")
    every = deliveries(app)

    outcomes = race(*(lambda each=each: deliver(app, [each]) for each in every * 4))

    assert [one for one in outcomes if one is not None] == []
    assert sums(kiosk.seller(seller))["gross"] == 1000
    assert recounting.check().equal


def test_a_recount_finds_what_was_written_past_the_events_and_mends_it(kiosk, app, work, pay, sums):
    buyer, seller = kiosk.person(), kiosk.person()
    first, second = (kiosk.order(buyer, (kiosk.put(seller, Money(1000, "USD")), 1)) for _ in range(2))
    pay(first)
    pay(second)
    work()
    app.db.execute_sql("DELETE FROM orders_order WHERE id = %s", (first,))
    app.db.execute_sql("UPDATE dashboards_day SET gross = gross + 5 WHERE bucket = 'platform'")
    app.db.execute_sql("DELETE FROM dashboards_product")
    app.db.execute_sql("DELETE FROM dashboards_best WHERE days = 30")

    before = CliRunner().invoke(recount, ["--check", "--json"])
    mended = CliRunner().invoke(recount)
    after = CliRunner().invoke(recount, ["--check"])

    told = json.loads(before.output)
    assert (before.exit_code, told["equal"], told["things_differing"]) == (1, False, 1)
    assert told["figures_differing"] == {
        "dashboards_count": 0,
        "dashboards_day": 1,
        "dashboards_product": 4,
        "dashboards_best": 4,
    }
    assert (mended.exit_code, after.exit_code) == (0, 0)
    assert "Every figure equals a recount." in after.output
    assert sums(kiosk.seller(seller))["gross"] == 1000


def test_a_check_changes_nothing(kiosk, app, work):
    kiosk.order(kiosk.person(), (kiosk.put(kiosk.person(), Money(1000, "USD")), 1))
    before = figures(app)

    found = CliRunner().invoke(recount, ["--check"])

    assert (found.exit_code, figures(app)) == (1, before)
    assert "deliveries wait for a worker" in found.output


def test_a_recount_walks_more_things_than_a_batch(kiosk, app, work, monkeypatch):
    ref, buyer = kiosk.put(kiosk.person(), Money(1000, "USD")), kiosk.person()
    placed = [kiosk.order(buyer, (ref, 1)) for _ in range(7)]
    work()
    app.db.execute_sql(f"TRUNCATE {', '.join(FIGURES)}")
    monkeypatch.setattr(recounting, "BATCH", 3)
    recounting.recount()
    app.db.execute_sql("DELETE FROM orders_order WHERE id = ANY(%s::uuid[])", (placed[2:],))

    found = recounting.recount()

    assert (found.checked["order"], found.things) == (7, 5)
    assert kiosk.platform()["counts"]["order"]["total"] == 2
