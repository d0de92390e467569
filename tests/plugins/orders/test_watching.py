"""Who may look at the orders of a scope sees them and their disputes, and changes none."""

from __future__ import annotations

from typing import Any

import pytest

PLUGINS = ("stall",)
SETTINGS = {"auth": {"roles": {"orders_manager": ["orders:view"]}}}


@pytest.fixture
def watcher(person):
    return person("Kim", "orders_manager", scope="shop:a")


def listed(who, **query: Any) -> list[str]:
    answer = who.client.get("/v1/orders", query={"as": "operator", **query})
    assert answer.status == 200, answer.text
    return [each["id"] for each in answer.json["items"]]


def test_who_may_look_lists_the_orders_of_their_scope_and_its_disputes(ada, ben, goods, watcher):
    here, quiet, elsewhere = (ada.ordered(goods(ben, scope=each)) for each in ("shop:a", "shop:a", "shop:b"))
    for each in (here, elsewhere):
        ben.step(each, "confirm")
        ada.client.patch(f"/v1/orders/{each['id']}", {"status": "DISPUTED", "reason": "It is not oak"})

    seen = listed(watcher)
    disputed, others = listed(watcher, status="DISPUTED"), listed(watcher, scope="shop:b")
    history = watcher.client.get(f"/v1/orders/{here['id']}/history").json["items"]

    assert seen == [quiet["id"], here["id"]]
    assert (disputed, others) == ([here["id"]], [])
    assert history[-1]["reason"] == "It is not oak"
    assert watcher.client.get(f"/v1/orders/{elsewhere['id']}").status == 404
    assert watcher.client.get(f"/v1/orders/{elsewhere['id']}/history").status == 404


def test_who_may_look_changes_nothing_and_reads_neither_notes_nor_commissions(ada, ben, goods, watcher):
    [order] = ada.order(goods(ben, scope="shop:a"), note="Ring twice").json["orders"]

    seen = watcher.sees(order)
    answers = [watcher.step(order, name, reason="No") for name in ("confirm", "cancel", "restock")]
    patched = watcher.client.patch(f"/v1/orders/{order['id']}", {"status": "CANCELLED", "reason": "No"})

    assert (seen["note"], seen["commission"], seen["allowed"]) == ("", None, [])
    assert [line["commission"] for line in seen["lines"]] == [None]
    assert [each.status for each in (*answers, patched)] == [403] * 4
    assert ben.sees(order)["note"] == "Ring twice"
    assert ada.sees(order)["status"] == "PENDING"
