"""Polls, bookmarks and what vanishes or is sent later, as sockets see them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.testing.realtime import AckRefused

PLUGINS = ("chat",)
POLL = {"type": "poll", "text": "", "payload": {"question": "?", "options": ["A", "B"], "anonymous": True}}


@pytest.fixture
def connect(realtime):
    return lambda who, positions=None: realtime.connect("/chat", who.client, positions)


def test_a_vote_by_a_socket_reaches_everybody_without_a_name_and_ones_other_devices(ada, ben, connect):
    room = ada.group(ben)
    asked = ada.say(room, **POLL)
    author, voter, other = connect(ada), connect(ben), connect(ben)

    answer = voter.call("poll:vote", {"message_id": asked["id"], "options": [1]})

    told = author.expect("poll:updated").data
    assert (answer["votes"], answer["my_votes"]) == ([0, 1], [1])
    assert told == {
        "conversation_id": room,
        "message_id": asked["id"],
        "votes": [0, 1],
        "voters": 1,
        "closed_at": None,
    }
    assert other.expect("poll:voted").data["options"] == [1]
    assert author.heard("poll:voted") == []


def test_a_vote_that_cannot_be_is_refused_with_its_problem(ada, ben, cleo, connect):
    asked = ada.say(ada.group(ben), **POLL)
    stranger, voter = connect(cleo), connect(ben)

    with pytest.raises(AckRefused) as unknown:
        stranger.call("poll:vote", {"message_id": asked["id"], "options": [0]})
    with pytest.raises(AckRefused) as twice:
        voter.call("poll:vote", {"message_id": asked["id"], "options": [0, 1]})

    assert (unknown.value.status, twice.value.status) == (404, 422)


def test_who_comes_back_after_it_vanished_recovers_a_tombstone_only(ada, ben, connect, realtime):
    room = ada.group(ben)
    reader = connect(ben)
    positions = dict(reader.positions)
    reader.close()
    ada.say(room, "Burn this", ttl=60)

    realtime.advance(timedelta(seconds=60))
    back = connect(ben, positions)

    assert "Burn this" not in str(back.rooms) + str(back.events)


def test_a_scheduled_message_comes_over_sockets_when_it_is_sent(ada, ben, connect, realtime, work, clock):
    room = ada.direct(ben)
    author, reader = connect(ada), connect(ben)
    send_at = (clock.now() + timedelta(minutes=1)).isoformat()
    made = ada.client.post(
        "/v1/chat/scheduled", {"conversation_id": room, "send_at": send_at, "text": "Later"}
    )

    realtime.advance(timedelta(minutes=1))
    work()

    assert reader.expect("message:new").data["message"]["id"] == made.json["id"]
    told = [author.expect("message:scheduled").data["status"] for _ in range(2)]
    assert told == ["waiting", "sent"]


def test_a_bookmark_is_told_to_ones_own_devices_alone(ada, ben, connect):
    said = ada.say(ada.group(ben))
    other, own = connect(ada), connect(ben)

    ben.client.put(f"/v1/messages/{said['id']}/saved", {"note": "Mine"})

    assert own.expect("message:saved").data["note"] == "Mine"
    assert other.heard("message:saved") == []
