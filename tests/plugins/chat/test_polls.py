"""Polls: one vote a person and answer, exact counts, secrets kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import orjson
import pytest

PLUGINS = ("chat",)


def ask(who, conversation, **more):
    payload = {"question": "Where?", "options": ["Park", "Pool", "Pub"], **more}
    return who.say(conversation, text="", type="poll", payload=payload)


def vote(who, message, *options):
    return who.client.put(f"/v1/messages/{message['id']}/vote", {"options": list(options)})


def poll_of(who, message):
    return who.client.get(f"/v1/messages/{message['id']}").json


def test_a_vote_counts_and_is_ones_own_to_see(ada, ben):
    asked = ask(ada, ada.group(ben))

    answer = vote(ben, asked, 1)

    assert (answer.status, answer.json["votes"], answer.json["voters"]) == (200, [0, 1, 0], 1)
    assert poll_of(ben, asked)["my_votes"] == [1]
    assert poll_of(ada, asked)["my_votes"] == []
    assert poll_of(ada, asked)["payload"]["votes"] == [0, 1, 0]


def test_a_changed_vote_moves_and_a_retracted_one_goes(ada, ben):
    asked = ask(ada, ada.group(ben))
    vote(ben, asked, 1)

    moved = vote(ben, asked, 2).json
    taken = ben.client.delete(f"/v1/messages/{asked['id']}/vote").json

    assert (moved["votes"], moved["voters"], moved["my_votes"]) == ([0, 0, 1], 1, [2])
    assert (taken["votes"], taken["voters"], taken["my_votes"]) == ([0, 0, 0], 0, [])


def test_a_poll_of_one_answer_refuses_two_and_another_takes_them(ada, ben):
    room = ada.group(ben)
    single, multiple = ask(ada, room), ask(ada, room, multiple=True)

    refused, taken = vote(ben, single, 0, 1), vote(ben, multiple, 0, 1)

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/options")
    assert (taken.status, taken.json["votes"], taken.json["voters"]) == (200, [1, 1, 0], 1)


def test_an_answer_that_is_not_there_is_refused(ada, ben):
    asked = ask(ada, ada.group(ben))

    assert vote(ben, asked, 3).status == 422
    assert vote(ben, asked, -1).status == 422


def test_fifty_who_vote_at_once_are_counted_exactly(ada, person):
    people = [person(f"Voter {number}") for number in range(10)]
    asked = ask(ada, ada.group(*people))

    def cast(number):
        return vote(people[number % 10], asked, number % 3).status

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(cast, range(50)))

    shown = poll_of(ada, asked)["payload"]
    rows = ada.client.get(f"/v1/messages/{asked['id']}/voters", query={"limit": 100}).json["items"]
    marked = [place for row in rows for place in row["options"]]
    assert set(statuses) == {200}
    assert (shown["voters"], sum(shown["votes"])) == (10, 10)
    assert shown["votes"] == [marked.count(place) for place in range(3)]


def test_one_person_who_votes_on_many_devices_at_once_has_one_vote(ada, ben):
    asked = ask(ada, ada.group(ben))

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda number: vote(ben, asked, number % 3).status, range(24)))

    shown = poll_of(ben, asked)
    assert set(statuses) == {200}
    assert (shown["payload"]["voters"], sum(shown["payload"]["votes"])) == (1, 1)
    assert shown["payload"]["votes"][shown["my_votes"][0]] == 1


def test_nobody_learns_who_voted_in_an_anonymous_poll(app, ada, ben, cleo, streamed):
    room = ada.group(ben, cleo)
    asked = ask(ada, room, anonymous=True)

    events = "SELECT count(*) FROM kernel_event"
    before = app.db.rows(events)

    vote(ben, asked, 1)

    voters = ada.client.get(f"/v1/messages/{asked['id']}/voters")
    told = [data for _, name, data in streamed(room) if name == "poll:updated"]
    exported = app.hooks.call("export_personal_data", app=app, user_id=ada.id)
    assert (voters.status, voters.json["type"]) == (403, "/problems/votes-secret")
    assert [each["votes"] for each in told] == [[0, 1, 0]]
    assert str(ben.id) not in orjson.dumps(told).decode()
    assert app.db.rows(events) == before
    assert "voted_at" not in str(exported)


def test_an_open_poll_tells_who_voted_page_by_page(ada, ben, cleo):
    asked = ask(ada, ada.group(ben, cleo))
    vote(ben, asked, 1)
    vote(cleo, asked, 0)

    path = f"/v1/messages/{asked['id']}/voters"
    first = ada.client.get(path, query={"limit": 1}).json
    second = ada.client.get(path, query={"limit": 1, "cursor": first["next"]}).json

    found = {each["user"]["id"]: each["options"] for page in (first, second) for each in page["items"]}
    assert found == {str(ben.id): [1], str(cleo.id): [0]}
    assert second["next"] is None


def test_a_poll_takes_no_votes_after_its_time(ada, ben, clock):
    closes = (clock.now() + timedelta(minutes=10)).isoformat()
    asked = ask(ada, ada.group(ben), closes_at=closes)
    vote(ben, asked, 1)

    clock.advance(timedelta(minutes=10))

    refused = vote(ben, asked, 2)
    assert (refused.status, refused.json["type"]) == (409, "/problems/poll-closed")
    assert poll_of(ben, asked)["payload"]["votes"] == [0, 1, 0]


def test_a_poll_does_not_begin_closed(ada, ben, clock):
    payload = {"question": "?", "options": ["a", "b"], "closes_at": clock.now().isoformat()}

    refused = ada.client.post(
        f"/v1/conversations/{ada.group(ben)}/messages", {"type": "poll", "payload": payload}
    )

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/payload/closes_at")


def test_its_author_or_a_moderator_closes_a_poll_and_nobody_else(ada, ben, cleo):
    room = ada.group(ben, cleo)
    asked = ask(ben, room)
    close = f"/v1/messages/{asked['id']}/close"

    assert cleo.client.post(close).status == 403
    assert ada.client.post(close).status == 200
    again = ben.client.post(close)

    assert (again.status, again.json["closed_at"] is not None) == (200, True)
    assert vote(cleo, asked, 0).json["type"] == "/problems/poll-closed"


def test_an_author_may_not_bring_votes_of_their_own(ada, ben):
    payload = {"question": "?", "options": ["a", "b"], "votes": [7, 0]}

    refused = ada.client.post(
        f"/v1/conversations/{ada.group(ben)}/messages", {"type": "poll", "payload": payload}
    )

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/payload/votes")


def test_who_is_not_in_the_conversation_neither_votes_nor_sees(ada, ben, cleo):
    asked = ask(ada, ada.group(ben))

    assert vote(cleo, asked, 0).status == 404
    assert cleo.client.get(f"/v1/messages/{asked['id']}/voters").status == 404


def test_a_message_that_is_no_poll_has_no_votes(ada, ben):
    said = ada.say(ada.group(ben))

    assert vote(ben, said, 0).status == 404


def test_the_votes_of_who_is_erased_are_taken_out(app, ada, ben, cleo):
    asked = ask(ada, ada.group(ben, cleo))
    vote(ben, asked, 1)
    vote(cleo, asked, 1)

    with app.db.atomic():
        app.hooks.call("erase_personal_data", app=app, user_id=ben.id)

    shown = poll_of(ada, asked)["payload"]
    assert (shown["votes"], shown["voters"]) == ([0, 1, 0], 1)


def test_the_same_vote_again_tells_nobody(ada, ben, streamed):
    room = ada.group(ben)
    asked = ask(ada, room)
    vote(ben, asked, 1)
    before = streamed(room)

    again = vote(ben, asked, 1)

    assert (again.status, streamed(room)) == (200, before)


@pytest.mark.parametrize("count", [1, 13])
def test_a_poll_has_two_to_twelve_answers(ada, ben, count):
    payload = {"question": "?", "options": [f"{number}" for number in range(count)]}

    refused = ada.client.post(
        f"/v1/conversations/{ada.group(ben)}/messages", {"type": "poll", "payload": payload}
    )

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/payload/options")
