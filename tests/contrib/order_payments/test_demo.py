"""The demo's orders are paid through the services: wallets, escrow and ledger show what came of them."""

from __future__ import annotations

from collections import Counter

import pytest

from plugins.orders import api as orders
from plugins.payments import api
from plugins.payments.models import Entry, Split
from plugins.payments.services.trial import trial_balance

pytestmark = pytest.mark.plugins("order_payments", "dashboards", "invoices")
COMES_OF = {"PENDING": "DUE", "CONFIRMED": "CAPTURED", "COMPLETED": "CAPTURED", "CANCELLED": "CANCELLED"}


@pytest.fixture
def load(app):
    hooks = dict(app.hooks.implementations("demo_data"))

    def run(*names: str) -> None:
        for name in names:
            hooks[name](app=app, progress=lambda done, total: None)

    run("accounts")
    return run


def test_each_order_has_the_payment_its_status_says_made_when_that_was(load, app):
    before = app.clock
    load("orders", "order_payments")

    found = orders.demo_orders()
    paid = api.of_refs([f"order:{each.id}" for each in found])
    assert Counter(each.status for each in found).keys() == COMES_OF.keys()
    for each in found:
        payment = paid[f"order:{each.id}"]
        assert (payment.status, payment.amount) == (COMES_OF[each.status], each.total)
        assert payment.captured_at == each.confirmed_at
        assert each.payment_due == (each.status == "PENDING")
    assert (app.clock, app.db.clock) == (before, before)


def test_what_is_held_and_free_is_what_the_orders_came_to_however_often_it_is_loaded(load, client):
    load("orders", "order_payments")
    entries = Entry.select().count()
    load("orders", "order_payments")

    sums = Counter()
    for each in orders.demo_orders():
        sums[each.status] += each.total.amount
    books = trial_balance()
    held = Split.select().where(Split.state == "HELD")
    assert books["balanced"]
    assert books["currencies"]["USD"]["balances"]["wallet"] == sums["COMPLETED"]
    assert sum(each.amount for each in held) == sums["CONFIRMED"]
    assert Entry.select().count() == entries


def test_a_visitor_may_pay_a_pending_one(load, client, work):
    load("orders", "order_payments")
    order = next(each for each in orders.demo_orders() if each.status == "PENDING")
    buyer = client.as_user(order.buyer_id)

    due = buyer.post(buyer.get(f"/v1/orders/{order.id}").json["payment"]["url"]).json
    paid = buyer.post(f"/v1/payments/{due['id']}/confirm", {"method": "tok_ok"})
    work()

    assert paid.json["status"] == "CAPTURED"
    assert buyer.get(f"/v1/orders/{order.id}").json["status"] == "CONFIRMED"


def test_dashboards_and_invoices_follow(load, app, client):
    load("orders", "order_payments", "dashboards", "invoices")

    sold = [each for each in orders.demo_orders() if each.confirmed_at]
    [report] = client.as_admin().get("/v1/analytics/platform", query={"days": 90}).json["revenue"]
    listed = client.as_admin().every("/v1/invoices", **{"as": "operator"})
    assert report["period"]["net"] == sum(each.total.amount for each in sold)
    assert Counter(each["ref"] for each in listed) == Counter(f"order:{each.id}" for each in sold)
