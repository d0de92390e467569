"""The conversation of an order."""

from __future__ import annotations

import pytest

from kernel import Principal
from plugins.accounts import api as accounts
from plugins.orders import api as orders
from tests.plugins.orders.samples import placed

PLUGINS = ("order_chat",)


@pytest.fixture
def parties(client):
    """Return a buyer and a seller, signed in."""

    def make(name):
        user_id = accounts.create_user(name=name, email=f"{name}@example.com", verified=True)
        return client.as_user(user_id)

    return make("ada"), make("ben")


def principal(who):
    return Principal(id=who.user_id, kind="user")


def room(who, order_id):
    return who.get(f"/v1/order-chats/{order_id}")


def messages(who, conversation_id):
    return who.get(f"/v1/conversations/{conversation_id}/messages").json["items"]


def test_buyer_and_seller_talk_in_the_room_of_their_order(app, client, parties, work):
    ada, ben = parties
    order_id = placed(app, principal(ada), principal(ben))
    work()

    found = room(ada, order_id).json["conversation_id"]
    said = ada.post(f"/v1/conversations/{found}/messages", {"text": "Is it oak?"})

    assert said.status == 201
    assert room(ben, order_id).json["conversation_id"] == found
    assert "Is it oak?" in [each["text"] for each in messages(ben, found)]
    shown = ben.get(f"/v1/conversations/{found}").json
    assert (shown["ref"], shown["title"]) == (f"order:{order_id}", orders.order(order_id).number)
    assert client.as_user().get(f"/v1/conversations/{found}").status == 404
    assert room(client.as_user(), order_id).status == 404


def test_each_change_is_noted_once_however_late_it_is_delivered(app, parties, work):
    ada, ben = parties
    order_id = placed(app, principal(ada), principal(ben))
    orders.change_status(order_id, "confirm", actor=principal(ben))
    orders.change_status(order_id, "complete", actor=principal(ada))

    work()
    work()

    found = room(ada, order_id).json["conversation_id"]
    noted = [each["payload"] for each in messages(ada, found) if each["type"] == "system"]
    changes = [(each["was"], each["status"], each["by"]) for each in noted if each["event"] == "order_status"]
    assert sorted(changes) == [("CONFIRMED", "COMPLETED", "buyer"), ("PENDING", "CONFIRMED", "seller")]
    assert app.bus.operations.dead_count() == {}


def test_a_room_is_not_there_before_the_order_is(parties):
    ada, _ = parties

    assert room(ada, ada.user_id).status == 404
