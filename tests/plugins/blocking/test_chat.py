"""Direct messages between people who block each other."""

from __future__ import annotations

from collections import Counter

import pytest

from kernel.testing import race

pytestmark = pytest.mark.plugins("blocking", "chat")


def open_direct(who, other):
    return who.client.post("/v1/conversations/direct", {"user_id": str(other.id)})


def send(who, conversation):
    return who.client.post(f"/v1/conversations/{conversation}/messages", {"text": "Hello"})


def test_neither_opens_a_conversation_nor_writes_in_the_one_there_is(person):
    ada, ben, cleo = person(), person("Ben"), person("Cleo")
    conversation = open_direct(ada, ben).json["id"]
    assert send(ben, conversation).status == 201

    ada.block(ben)
    ben.block(cleo)

    assert [send(who, conversation).status for who in (ada, ben)] == [403, 403]
    assert [open_direct(ben, cleo).status, open_direct(cleo, ben).status] == [403, 403]
    assert open_direct(ada, cleo).status in {200, 201}
    ada.unblock(ben)
    assert [send(who, conversation).status for who in (ada, ben)] == [201, 201]


@pytest.mark.parametrize("_round", range(3))
def test_no_message_is_stored_after_the_block_has_answered(person, app, _round):
    ada, ben = person(), person("Ben")
    conversation = open_direct(ada, ben).json["id"]
    stored = "SELECT count(*) FROM chat_message WHERE type <> 'system'"

    def block():
        answer = ada.block(ben)
        return answer, app.db.rows(stored)

    *answers, (blocked, counted) = race(*[lambda: send(ben, conversation)] * 15, block)

    assert blocked.status == 201
    assert app.db.rows(stored) == counted == [(Counter(each.status for each in answers)[201],)]
    assert {each.status for each in answers} <= {201, 403}
