"""Real clients at one moment: one conversation, one message, no member too many."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

import pytest

from kernel import Gone, Principal, app, uuid7
from kernel.testing import race
from plugins.chat.problems import GroupFull, NotAllowedHere
from plugins.chat.schemas.requests import MessageIn
from plugins.chat.services import invites, members, opening, reacting, receipts, sending

PLUGINS = ("chat",)


def together(*calls):
    """Race the calls as requests do: each gives its connection back, so fifty share a pool of twenty."""

    def as_request(call):
        try:
            return call()
        finally:
            app.db.release()

    return race(*[lambda call=call: as_request(call) for call in calls])


def said(**given):
    return MessageIn().load({"text": "Hello", **given})


def test_fifty_who_open_one_direct_conversation_at_once_get_one(ada, ben):
    one, other = ada.principal, ben.principal

    outcomes = together(
        *[lambda: opening.direct(one, ben.id)] * 25, *[lambda: opening.direct(other, ada.id)] * 25
    )

    assert len({conversation for conversation, _ in outcomes}) == 1
    assert Counter(new for _, new in outcomes) == {True: 1, False: 49}
    assert app.db.rows("SELECT count(*), max(member_count) FROM chat_conversation") == [(1, 2)]
    assert app.db.rows("SELECT count(*) FROM chat_member") == [(2,)]
    assert app.db.rows("SELECT count(*) FROM kernel_event WHERE type = 'chat.conversation.created.v1'") == [
        (1,)
    ]


def test_fifty_sends_of_one_id_store_one_message_and_one_event(ada, ben, streamed):
    there, sender, key = UUID(ada.direct(ben)), ada.principal, str(uuid7())

    outcomes = together(*[lambda: sending.send(sender, there, said(id=key))] * 50)

    assert Counter(new for _, new in outcomes) == {True: 1, False: 49}
    assert {message.seq for message, _ in outcomes} == {1}
    assert [name for _, name, _ in streamed(there)] == ["message:new"]
    assert app.db.rows("SELECT count(*) FROM kernel_event WHERE type = 'chat.message.sent.v1'") == [(1,)]
    assert ben.unread(str(there)) == 1


def test_everybody_sending_at_once_leaves_one_dense_order(ada, ben, cleo, streamed):
    group = UUID(ada.group(ben, cleo))
    callers = [each.principal for each in (ada, ben, cleo)] * 12

    outcomes = together(*[lambda who=who: sending.send(who, group, said())[0].seq for who in callers])

    assert sorted(outcomes) == list(range(1, 37))
    told = [data["message"]["seq"] for _, name, data in streamed(group) if name == "message:new"]
    assert told == list(range(1, 37))


def test_fifty_who_follow_a_link_for_ten_let_ten_in(ada, person):
    group = UUID(ada.group())
    link = invites.create(ada.principal, group, {"expires_at": None, "max_uses": 10})
    crowd = [Principal(id=person(f"P{number}").id, kind="user") for number in range(50)]

    outcomes = together(*[lambda who=who: invites.accept(who, link.token) for who in crowd])

    assert Counter(isinstance(each, Gone) for each in outcomes) == {False: 10, True: 40}
    assert app.db.rows("SELECT uses FROM chat_invite") == [(10,)]
    assert app.db.rows("SELECT member_count FROM chat_conversation") == [(11,)]
    assert app.db.rows("SELECT count(*) FROM chat_member") == [(11,)]


@pytest.mark.settings(chat={"group_members": 10})
def test_a_group_is_never_overfull(ada, person):
    group = UUID(ada.group())
    link = invites.create(ada.principal, group, {"expires_at": None, "max_uses": None})
    crowd = [Principal(id=person(f"P{number}").id, kind="user") for number in range(20)]

    outcomes = together(*[lambda who=who: invites.accept(who, link.token) for who in crowd])

    assert Counter(isinstance(each, GroupFull) for each in outcomes) == {False: 9, True: 11}
    assert app.db.rows("SELECT uses FROM chat_invite") == [(9,)]
    assert app.db.rows("SELECT count(*) FROM chat_member") == [(10,)]


def test_reactions_at_once_are_counted_to_the_last(ada, person):
    group = UUID(ada.channel())
    message, _ = sending.send(ada.principal, group, said())
    crowd = [Principal(id=person(f"P{number}").id, kind="user") for number in range(20)]
    for who in crowd:
        members.join(who, group)

    together(
        *[lambda who=who: reacting.react(who, message.id, "👍", added=True) for who in crowd for _ in "ab"]
    )
    together(*[lambda who=who: reacting.react(who, message.id, "👍", added=False) for who in crowd[:7]])

    assert ada.sees(str(group))[0]["reactions"] == {"👍": 13}
    assert app.db.rows("SELECT count(*) FROM chat_reaction") == [(13,)]


def test_read_marks_of_many_devices_end_at_the_highest(ada, ben):
    there = ada.direct(ben)
    for _ in range(20):
        ada.say(there)
    reader = ben.principal

    together(*[lambda seq=seq: receipts.read(reader, UUID(there), seq) for seq in range(20, 0, -1)])

    assert ben.unread(there) == 0
    assert ben.snapshot(there)["me"]["read_seq"] == 20


def test_of_two_owners_to_be_one_is(ada, ben, cleo):
    group = UUID(ada.group(ben, cleo))
    owner = ada.principal

    outcomes = together(
        lambda: members.transfer(owner, group, ben.id), lambda: members.transfer(owner, group, cleo.id)
    )

    assert sorted(type(each) for each in outcomes if each is not None) == [NotAllowedHere]
    assert app.db.rows("SELECT count(*) FROM chat_member WHERE role = 'owner'") == [(1,)]


def test_who_is_removed_says_nothing_after(ada, ben, streamed):
    sender, owner = ben.principal, ada.principal
    for _ in range(5):
        group = UUID(ada.group(ben))

        together(
            *[partial(sending.send, sender, group, said()) for _ in range(5)],
            partial(members.remove, owner, group, ben.id),
        )

        names = [(name, data) for _, name, data in streamed(group)]
        gone = next(place for place, (name, _) in enumerate(names) if name == "conversation:member_left")
        later = [data["message"]["sender_id"] for name, data in names[gone:] if name == "message:new"]
        assert str(ben.id) not in later


def test_clients_of_a_server_race_for_one_id(realtime, ada, ben):
    there, key = ada.direct(ben), str(uuid7())
    headers = dict(ada.client.headers)

    def send(_):
        return realtime.server.post(
            f"/v1/conversations/{there}/messages", {"text": "Hello", "id": key}, headers=headers
        )

    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(send, range(50)))

    assert {(each.status, each.json["id"], each.json["seq"]) for each in answers} == {(201, key, 1)}
    assert len(ben.sees(there)) == 1
