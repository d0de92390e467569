"""What each plugin makes public, and that nobody is told of another's."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kernel import Money, uuid7
from plugins.buildings.api import MemberJoined
from plugins.chat.api import ConversationCreated, MessageSent
from plugins.moderation.api import DecisionMade
from plugins.orders.api import OrderCancelled
from plugins.payments.api import EscrowReleased, PaymentCaptured, PayoutPaid
from plugins.webhooks.catalogue import Catalogue
from plugins.webhooks.models import Delivery, Endpoint

SELLING = "listings", "orders", "payments", "bookings", "reviews", "subscriptions"
LIVING = "buildings", "verification", "chat", "moderation"
PLUGINS = ("webhooks", *SELLING, *LIVING)
MINE, OTHER = "building:a", "building:b"
WRITTEN = {"text", "title", "body", "note", "statement", "comment", "message", "url", "email", "address"}

pytestmark = [
    pytest.mark.plugins(*PLUGINS),
    pytest.mark.settings(webhooks={"allow_private": True}),
]


def publish(app, event: Any, scope: str | None = None) -> Any:
    with app.db.atomic():
        app.bus.publish(event, scope=scope)
    return event


def ids(receiver, name: str) -> set[str]:
    return {got.json["data"][name] for got in receiver.got}


def order(buyer, seller):

    total = Money(4_900, "USD")
    return OrderCancelled(
        order_id=uuid7(), buyer_id=buyer, seller_id=seller, total=total, by="buyer", was="PENDING"
    )


@pytest.mark.parametrize("plugin", [*SELLING, *LIVING])
def test_each_plugin_has_public_events(app, plugin):
    assert [one for one in app.service(Catalogue) if one.type.startswith(f"{plugin}.")]


def test_no_public_event_says_what_somebody_wrote(app):
    found = {one.type: WRITTEN & set(one.schema["properties"]) for one in app.service(Catalogue)}

    assert {name: words for name, words in found.items() if words} == {}


def test_event_types_come_with_a_schema_that_what_is_sent_fulfils(person, receiver, work, app):
    ada = person()
    schemas = {one["type"]: one["schema"] for one in ada.client.get("/v1/webhooks/event-types").json["items"]}
    ada.endpoint(receiver.url)

    publish(app, order(ada.id, uuid7()))
    work()

    [got] = receiver.got
    validator = Draft202012Validator(schemas[got.json["type"]])
    assert list(validator.iter_errors(got.json["data"])) == []
    assert list(validator.iter_errors({})) != []


def test_a_seller_is_sent_their_orders_and_nobody_elses(person, receiver, work, app):
    seller, other = person(), person()
    seller.endpoint(receiver.url)

    mine = publish(app, order(other.id, seller.id), MINE)
    publish(app, order(other.id, uuid7()), MINE)
    work()

    assert ids(receiver, "order_id") == {str(mine.order_id)}


def test_money_is_told_to_whose_it_is(person, receiver, work, app):

    ada, ben = person(), person()
    ada.endpoint(receiver.url)
    amount = {"amount": 4_900, "currency": "USD"}
    parts = {"payment_id": uuid7(), "ref": "order:1", **amount}

    told = [
        publish(app, PaymentCaptured(payer_id=ada.id, **parts)),
        publish(app, EscrowReleased(escrow_id=uuid7(), payee_id=ada.id, **parts)),
        publish(app, PayoutPaid(payout_id=uuid7(), owner_id=ada.id, **amount)),
    ]
    publish(app, PaymentCaptured(payer_id=ben.id, **parts))
    publish(app, EscrowReleased(escrow_id=uuid7(), payee_id=ben.id, **parts))
    work()

    assert sorted(got.json["type"] for got in receiver.got) == sorted(
        type(one).__event__.wire for one in told
    )


@pytest.mark.settings(
    webhooks={"allow_private": True},
    auth={"roles": {"building_admin": ["+moderation:review", "+webhooks:scope"]}},
)
def test_a_building_admin_is_sent_what_happens_in_their_building_only(person, receiver, work, app):

    mona, rita = person(), person()
    app.auth.grant(mona.id, "building_admin", MINE)
    mona.sign_in()
    mona.endpoint(receiver.url, scope=MINE)

    for scope in (MINE, OTHER, None):
        joined = {"user_id": rita.id, "kind": "RESIDENT", "via": "request"}
        publish(app, MemberJoined(building_id=uuid7(), **joined), scope)
        decided = {"kind": "listing", "target_id": uuid7(), "owner_id": rita.id, "sanction": "NONE"}
        publish(app, DecisionMade(decision_id=uuid7(), hidden=True, automated=False, **decided), scope)
        publish(app, order(rita.id, uuid7()), scope)
    work()

    assert {got.json["scope"] for got in receiver.got} == {MINE}
    assert sorted(got.json["type"] for got in receiver.got) == [
        "buildings.member.joined.v1",
        "moderation.decision.made.v1",
    ]


def test_who_talks_to_whom_is_told_to_them_and_to_no_administrator(person, client, receiver, work, app):

    ada, ben, admin = person(), person(), client.as_admin()
    admin.post("/v1/webhooks", {"url": receiver.url, "scope": "*"})
    there = uuid7()

    publish(
        app, ConversationCreated(conversation_id=there, kind="direct", creator_id=ada.id, member_ids=[ben.id])
    )
    publish(app, MessageSent(message_id=uuid7(), conversation_id=there, seq=1, sender_id=ada.id, type="text"))
    work()
    told_an_admin = len(receiver.got)
    ben.endpoint(receiver.url)
    publish(
        app, ConversationCreated(conversation_id=there, kind="direct", creator_id=ada.id, member_ids=[ben.id])
    )
    work()

    assert told_an_admin == 0
    assert [got.json["type"] for got in receiver.got] == ["chat.conversation.created.v1"]


def test_the_demo_has_an_endpoint_with_a_log_and_sends_nothing(app, work):
    hooks = dict(app.hooks.implementations("demo_data"))
    hooks["accounts"](app=app, progress=lambda done, total: None)
    for _ in range(2):
        hooks["webhooks"](app=app, progress=lambda done, total: None)
    before = {row.id: row.status for row in Delivery.select()}

    work()

    assert [row.status for row in Endpoint.select()] == ["DISABLED"]
    assert set(before.values()) == {"DELIVERED", "FAILED", "CANCELLED"}
    assert {row.id: row.status for row in Delivery.select()} == before
