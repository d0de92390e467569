"""Who blocks each other does not converse: with the plugin `blocking`."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import pytest

from kernel.testing import race
from plugins.blocking import api as blocking
from plugins.chat.schemas.requests import MessageIn
from plugins.chat.services import sending

pytestmark = pytest.mark.plugins("chat", "blocking")


def block(who, whom):
    blocking.block(who.id, whom.id)


def test_neither_side_writes_reacts_or_types_and_both_read_on(ada, ben):
    there = ada.direct(ben)
    said = ada.say(there)
    block(ben, ada)

    for who in (ada, ben):
        answers = [
            who.client.post(f"/v1/conversations/{there}/messages", {"text": "x"}),
            who.client.put(f"/v1/messages/{said['id']}/reactions", {"emoji": "👍"}),
        ]
        assert [(each.status, each.problem) for each in answers] == [(403, "not-reachable")] * 2
        assert len(who.sees(there)) == 1
        assert who.direct(ada if who is ben else ben) == there


def test_who_is_blocked_opens_no_conversation_and_is_added_to_none(ada, ben, cleo):
    block(ben, ada)

    opened = ada.client.post("/v1/conversations/direct", {"user_id": str(ben.id)})
    grouped = ada.client.post(
        "/v1/conversations", {"kind": "group", "title": "X", "members": [str(ben.id), str(cleo.id)]}
    )

    assert (opened.status, opened.problem) == (403, "not-reachable")
    assert (grouped.status, list(grouped.faults)) == (422, ["/members"])
    assert str(ben.id) in grouped.json["errors"][0]["detail"]
    assert ada.client.get("/v1/conversations").json["items"] == []


def test_in_a_group_they_go_on(ada, ben, cleo):
    group = cleo.group(ada, ben)
    block(ben, ada)

    assert ada.say(group)["seq"] == 1


def test_no_message_comes_after_a_block(ada, ben, streamed, app):
    for _ in range(4):
        there = UUID(ada.direct(ben))
        sender = ada.principal
        given = MessageIn().load({"text": "Hello"})

        race(*[partial(sending.send, sender, there, given)] * 4, partial(blocking.block, ben.id, ada.id))

        types = [wire for (wire,) in app.db.rows("SELECT type FROM kernel_event ORDER BY position")]
        assert types[-1] == "blocking.user.blocked.v1"
        blocking.unblock(ben.id, ada.id)
