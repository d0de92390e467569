"""What people are told of their orders: e-mails and sockets, one for each change."""

from __future__ import annotations

from uuid import UUID

import pytest

from plugins.orders import api

PLUGINS = ("stall",)


def subjects(mailbox, person):
    return [mail["subject"] for mail in mailbox(person.email)]


def test_each_party_gets_one_mail_for_each_change(ada, ben, goods, work, mailbox):
    order = ada.ordered(goods(ben))
    number = order["number"]
    ben.step(order, "confirm")
    ada.step(order, "complete")
    work()
    work()

    assert subjects(mailbox, ada) == [f"Your order {number}", f"Order {number} is confirmed"]
    assert subjects(mailbox, ben) == [f"New order {number}: Oak chair", f"Order {number} is completed"]
    assert "49.00 USD" in mailbox(ben.email)[0]["text"]


def test_a_reason_is_told_and_what_the_system_does_is_told_to_both(ada, ben, goods, work, mailbox):
    cancelled, lapsed = ada.ordered(goods(ben)), ada.ordered(goods(ben))
    ben.step(cancelled, "cancel", reason="It <b>broke</b>")
    api.change_status(UUID(lapsed["id"]), "cancel", reason="It was not confirmed in time.")
    work()

    by_number = {mail["subject"]: mail for mail in mailbox(ada.email)}
    mail = by_number[f"Order {cancelled['number']} is cancelled"]
    assert "Reason: It <b>broke</b>" in mail["text"]
    assert "It &lt;b&gt;broke&lt;/b&gt;" in mail["html"]
    assert f"Order {lapsed['number']} is cancelled" in by_number
    assert f"Order {lapsed['number']} is cancelled" in subjects(mailbox, ben)
    assert f"Order {cancelled['number']} is cancelled" not in subjects(mailbox, ben)


@pytest.mark.settings(orders={"page_url": "/my/orders/{id}"})
def test_mails_lead_to_the_page_the_operator_named(ada, ben, goods, work, mailbox):
    order = ada.ordered(goods(ben))
    work()

    [mail] = mailbox(ada.email)
    assert f"/my/orders/{order['id']}" in mail["text"]
    assert f'/my/orders/{order["id"]}"' in mail["html"]


def test_both_parties_hear_of_an_order_on_their_sockets(ada, ben, person, goods, realtime):
    eve = person("Eve")
    sockets = [realtime.connect("/orders", each.client) for each in (ada, ben, eve)]

    order = ada.ordered(goods(ben))
    ben.step(order, "confirm")

    for socket in sockets[:2]:
        placed = socket.expect("order:placed").data
        assert (placed["order_id"], placed["total"]) == (order["id"], order["total"])
        status = socket.expect("order:status").data
        assert (status["was"], status["status"], status["by"]) == ("PENDING", "CONFIRMED", "seller")
    eve_orders = eve.ordered(goods(ben))
    assert sockets[2].expect("order:placed").data["order_id"] == eve_orders["id"]
    assert len(sockets[2].heard("order:placed")) == 1
    assert sockets[2].heard("order:status") == []
