"""Forwarding, and many at once: each by itself, or all or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from kernel import uuid7

PLUGINS = ("chat",)


def forward(who, messages, conversations, **more):
    body = {"message_ids": [each["id"] for each in messages], "conversation_ids": list(conversations), **more}
    return who.client.post("/v1/messages/forward", body)


def delete(who, messages, **more):
    return who.client.post("/v1/messages/delete", {"message_ids": [each["id"] for each in messages], **more})


def written(who, conversation):
    return [each for each in who.sees(conversation) if each["type"] != "system"]


def outcomes(answer):
    return [each["ok"] for each in answer.json["items"]]


def test_a_forward_names_the_first_and_who_wrote_it_however_far_it_goes(ada, ben, cleo):
    first, second, third = ada.group(ben), ben.direct(cleo), cleo.group(ada)
    said = ada.say(first, "Good news")

    [one] = forward(ben, [said], [second]).json["items"]
    forward(cleo, [one["message"]], [third])

    [arrived] = written(ada, third)
    assert (arrived["text"], arrived["sender_id"]) == ("Good news", str(cleo.id))
    assert (arrived["forward_of_id"], arrived["forward_sender_id"]) == (said["id"], str(ada.id))


def test_many_go_to_many_in_their_order_and_are_counted(ada, ben, cleo):
    room, there, elsewhere = ada.group(ben), ben.group(cleo), ben.direct(cleo)
    said = [ada.say(room, f"Number {number}") for number in range(3)]

    answer = forward(ben, said, [there, elsewhere])

    assert outcomes(answer) == [True] * 6
    for place in (there, elsewhere):
        assert [each["text"] for each in written(cleo, place)] == ["Number 0", "Number 1", "Number 2"]
    assert [each["forward_count"] for each in written(ada, room)] == [2, 2, 2]


def test_a_forward_at_the_same_time_from_many_is_counted_exactly(ada, person):
    people = [person(f"Person {number}") for number in range(4)]
    room = ada.group(*people)
    said = ada.say(room)
    targets = [each.group(ada) for each in people]

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(forward, people[n % 4], [said], [targets[n % 4]]) for n in range(12)]
        answers = [job.result() for job in jobs]

    assert {each.status for each in answers} == {200}
    assert ada.client.get(f"/v1/messages/{said['id']}").json["forward_count"] == 12


def test_two_who_forward_between_the_same_conversations_do_not_deadlock(ada, ben):
    one, two = ada.group(ben), ada.group(ben)
    here, there = ada.say(one), ada.say(two)

    with ThreadPoolExecutor(6) as pool:
        jobs = [
            pool.submit(forward, (ada, ben)[n % 2], [(here, there)[n % 2]], [(two, one)[n % 2]])
            for n in range(12)
        ]
        statuses = {job.result().status for job in jobs}

    assert statuses == {200}
    assert len(written(ada, one)) + len(written(ada, two)) == 14


def test_what_one_may_not_see_or_where_one_may_not_post_stays(ada, ben, cleo):
    secret = ada.say(ada.group(ben), "Secret")
    own, closed = cleo.group(ben), ada.group(ben)

    unseen = forward(cleo, [secret], [own])
    unreachable = forward(ben, [secret], [own, cleo.direct(ada), closed])

    assert [each["error"]["status"] for each in unseen.json["items"]] == [404]
    assert outcomes(unreachable) == [True, False, True]
    assert unreachable.json["items"][1]["error"]["type"] == "/problems/not-found"


def test_all_or_nothing_is_nothing_when_one_cannot_be(ada, ben, cleo):
    room, there = ada.group(ben), ben.group(cleo)
    said, foreign = ada.say(room), ada.say(ada.direct(cleo))

    answer = forward(ben, [said, foreign], [there], mode="all")

    assert (answer.status, answer.json["type"]) == (409, "/problems/nothing-done")
    assert [each["pointer"] for each in answer.json["errors"]] == ["/message_ids/1"]
    assert written(cleo, there) == []
    assert written(ada, room)[0]["forward_count"] == 0


def test_a_repeated_call_forwards_once(ada, ben, cleo):
    room, there = ada.group(ben), ben.group(cleo)
    said = ada.say(room)
    ben.client.headers["idempotency-key"] = str(uuid7())

    first, again = forward(ben, [said], [there]), forward(ben, [said], [there])

    assert (first.status, first.json) == (200, again.json)
    assert len(written(cleo, there)) == 1


def test_the_picture_goes_along_and_stays_when_the_first_is_deleted(app, ada, ben, cleo, picture):
    room, there, shown = ada.group(ben), ben.direct(cleo), picture(ada.id)
    said = ada.say(room, "", type="image", media_ids=[str(shown)])

    forward(ben, [said], [there])
    ada.client.delete(f"/v1/messages/{said['id']}")

    [arrived] = written(cleo, there)
    assert arrived["media"][0]["url"] != ""
    assert app.db.rows("SELECT count(*) FROM media_attachment WHERE medium_id = %s", (shown,)) == [(1,)]


def test_what_vanishes_and_what_happened_is_not_passed_on(ada, ben, cleo):
    room, there = ada.group(ben), ben.direct(cleo)
    vanishing = ada.say(room, "Burn", ttl=60)
    note = next(each for each in [*ada.sees(room), *_notes(ada, room)] if each["type"] == "system")

    answer = forward(ben, [vanishing, note], [there])

    assert {each["error"]["type"] for each in answer.json["items"]} == {"/problems/not-forwardable"}


def _notes(who, room):
    who.client.patch(f"/v1/conversations/{room}", {"title": "Another"})
    return who.sees(room)


def test_a_poll_is_asked_anew_and_a_live_location_becomes_a_place(ada, ben, cleo, clock):
    room, there = ada.group(ben), ben.direct(cleo)
    poll = ada.say(room, "", type="poll", payload={"question": "?", "options": ["a", "b"]})
    ben.client.put(f"/v1/messages/{poll['id']}/vote", {"options": [1]})
    until = (clock.now() + timedelta(hours=1)).isoformat()
    live = ada.say(
        room, "", type="live_location", payload={"latitude": 52.5, "longitude": 13.4, "until": until}
    )

    forward(ben, [poll, live], [there])

    asked, place = written(cleo, there)
    assert (asked["payload"]["votes"], asked["payload"]["voters"]) == ([0, 0], 0)
    assert (place["type"], place["payload"]["latitude"]) == ("location", 52.5)


@pytest.mark.settings(chat={"max_forward": 2})
def test_more_conversations_than_may_be_are_refused(ada, ben):
    room = ada.group(ben)
    said = ada.say(room)

    refused = forward(ada, [said], [ada.group() for _ in range(3)])

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/conversation_ids")


def test_many_are_deleted_each_by_itself(ada, ben):
    room = ada.group(ben)
    own, others = [ben.say(room) for _ in range(2)], ada.say(room)

    answer = delete(ben, [*own, others])

    assert outcomes(answer) == [True, True, False]
    assert answer.json["items"][2]["error"]["type"] == "/problems/role-too-low"
    assert [each["deleted_at"] is None for each in written(ada, room)] == [False, False, True]


def test_many_are_deleted_all_or_nothing(ada, ben):
    room = ada.group(ben)
    own, others = ben.say(room), ada.say(room)

    refused = delete(ben, [own, others], mode="all")
    done = delete(ben, [own], mode="all")

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (409, "/message_ids/1")
    assert (done.status, outcomes(done)) == (200, [True])


def test_many_are_hidden_while_others_read_without_a_deadlock(ada, ben):
    rooms = [ada.group(ben) for _ in range(4)]
    said = [ada.say(room) for room in rooms]

    def hide(_):
        return delete(ben, said, **{"for": "me"}).status

    def read(number):
        return ben.client.put(f"/v1/conversations/{rooms[number % 4]}/read", {"seq": 1}).status

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit((hide, read)[n % 2], n) for n in range(16)]
        statuses = {job.result() for job in jobs}

    assert statuses == {200}
    assert [written(ben, room) for room in rooms] == [[], [], [], []]
    assert all(len(written(ada, room)) == 1 for room in rooms)


def test_many_conversations_are_read_at_once(ada, ben, cleo):
    rooms = [ada.group(ben) for _ in range(3)]
    for room in rooms:
        ada.say(room)
    foreign = ada.group(cleo)
    items = [{"conversation_id": room, "seq": 99} for room in [*rooms, foreign]]

    answer = ben.client.post("/v1/conversations/read", {"items": items})
    refused = ben.client.post("/v1/conversations/read", {"items": items, "mode": "all"})

    assert outcomes(answer) == [True, True, True, False]
    assert refused.json["errors"][0]["pointer"] == "/items/3"
    assert [ben.unread(room) for room in rooms] == [0, 0, 0]


def test_a_deleted_message_of_the_first_author_is_forwarded_no_more(ada, ben, cleo):
    room = ada.group(ben)
    said = ada.say(room)
    ada.client.delete(f"/v1/messages/{said['id']}")

    answer = forward(ben, [said], [ben.direct(cleo)])

    assert answer.json["items"][0]["error"]["type"] == "/problems/message-deleted"
