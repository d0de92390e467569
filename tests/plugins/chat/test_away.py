"""Automatic answers: one in a while, between two people, never to each other; and screenshots."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from kernel import uuid7
from plugins.chat.services.away import within

PLUGINS = ("chat",)


def away(who, text="I am away", **more):
    answer = who.client.put("/v1/chat/auto-reply", {"text": text, **more})
    assert answer.status == 200, answer.text
    return answer.json


def texts(who, conversation):
    return [each["text"] for each in who.sees(conversation)]


def test_who_is_away_is_answered_for(ada, ben, work):
    room = ada.direct(ben)
    away(ben)

    ada.say(room, "Are you there?")
    work()

    said = ada.sees(room)
    assert [each["text"] for each in said] == ["Are you there?", "I am away"]
    assert (said[1]["sender_id"], said[1]["unattended"]) == (str(ben.id), True)
    assert ben.unread(room) == 1


def test_ten_messages_at_once_are_answered_once(ada, ben, work):
    room = ada.direct(ben)
    away(ben)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: ada.say(room, f"Number {number}"), range(10)))
    work()

    assert texts(ada, room).count("I am away") == 1


@pytest.mark.settings(chat={"auto_reply_hours": 1})
def test_it_answers_again_after_its_pause(app, ada, ben, clock, work):
    room = ada.direct(ben)
    away(ben)
    ada.say(room)
    work()
    clock.advance(timedelta(minutes=10))
    ada.say(room)
    work()
    soon = texts(ada, room).count("I am away")
    clock.advance(timedelta(minutes=50))
    tokens = app.auth.open_session(ada.id, "pytest", "127.0.0.1")
    ada.client = ada.client.with_token(tokens.access_token)

    ada.say(room)
    work()

    assert (soon, texts(ada, room).count("I am away")) == (1, 2)


def test_two_who_are_away_do_not_answer_each_other_for_ever(ada, ben, work):
    room = ada.direct(ben)
    away(ada, "Ada is away")
    away(ben, "Ben is away")

    ada.say(room, "Hello")
    work()

    assert texts(ada, room) == ["Hello", "Ben is away"]


def test_it_answers_neither_in_groups_nor_to_what_was_scheduled(ada, ben, clock, work):
    group, direct = ada.group(ben), ada.direct(ben)
    away(ben)
    send_at = (clock.now() + timedelta(minutes=1)).isoformat()
    ada.client.post("/v1/chat/scheduled", {"conversation_id": direct, "send_at": send_at, "text": "Later"})
    ada.say(group)

    clock.advance(timedelta(minutes=1))
    work()

    assert "I am away" not in texts(ada, group)
    assert texts(ada, direct) == ["Later"]


def test_it_answers_only_between_its_dates_and_while_it_is_on(ada, ben, clock, work):
    room = ada.direct(ben)
    now = clock.now()
    moments = {
        "starts_at": (now + timedelta(minutes=2)).isoformat(),
        "ends_at": (now + timedelta(minutes=4)).isoformat(),
    }
    away(ben, **moments)
    counts = []

    for _ in range(3):
        ada.say(room)
        work()
        counts.append(texts(ada, room).count("I am away"))
        clock.advance(timedelta(minutes=3))
    away(ben, enabled=False)
    ada.say(room)
    work()

    assert counts == [0, 1, 1]
    assert texts(ada, room).count("I am away") == 1


@pytest.mark.plugins("chat", "blocking")
def test_who_was_blocked_after_writing_gets_no_answer(ada, ben, work):
    room = ada.direct(ben)
    away(ben)
    ada.say(room)

    ben.client.post("/v1/blocks", {"user_id": str(ada.id)})
    work()

    assert texts(ben, room) == ["Hello"]


NIGHT = {"start": "18:00", "end": "08:00", "days": [1], "timezone": "Europe/Berlin"}
SUMMER = {"start": "02:00", "end": "03:30", "days": [], "timezone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("hours", "moment", "on"),
    [
        (NIGHT, datetime(2026, 1, 5, 16, 59, tzinfo=UTC), False),  # Monday 17:59
        (NIGHT, datetime(2026, 1, 5, 17, 0, tzinfo=UTC), True),  # Monday 18:00
        (NIGHT, datetime(2026, 1, 6, 6, 59, tzinfo=UTC), True),  # Tuesday 07:59: Monday's night
        (NIGHT, datetime(2026, 1, 6, 7, 0, tzinfo=UTC), False),
        (NIGHT, datetime(2026, 1, 6, 18, 0, tzinfo=UTC), False),  # Tuesday's night is not asked for
        (NIGHT, datetime(2026, 7, 6, 16, 0, tzinfo=UTC), True),  # summer time: 18:00
        (SUMMER, datetime(2026, 3, 29, 1, 15, tzinfo=UTC), True),  # the clock jumps to 03:15
        (SUMMER, datetime(2026, 3, 29, 1, 45, tzinfo=UTC), False),
    ],
)
def test_hours_are_those_of_the_wall_clock(hours, moment, on):
    assert within(hours, moment) is on


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"text": " "}, "/text"),
        ({"hours": {"start": "18:00", "end": "08:00", "timezone": "Mars/Base"}}, "/hours/timezone"),
        ({"hours": {"start": "18:00", "end": "08:00", "timezone": "../etc/passwd"}}, "/hours/timezone"),
        ({"hours": {"start": "25:00", "end": "08:00", "timezone": "UTC"}}, "/hours/start"),
        ({"starts_at": "2026-05-02T00:00:00Z", "ends_at": "2026-05-01T00:00:00Z"}, "/ends_at"),
    ],
)
def test_what_makes_no_sense_is_refused(ada, change, pointer):
    refused = ada.client.put("/v1/chat/auto-reply", {"text": "Away", **change})

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, pointer)


def test_ones_answer_is_shown_as_it_was_set(ada):
    hours = {"start": "18:00", "end": "08:00", "days": [1, 2], "timezone": "Europe/Paris"}

    set_ = away(ada, hours=hours)

    assert set_ == ada.client.get("/v1/chat/auto-reply").json
    assert (set_["hours"], set_["enabled"]) == (hours, True)


def test_a_screenshot_is_noted_once_for_everybody(ada, ben):
    room = ada.direct(ben)
    said = ada.say(room)
    body = {"id": str(uuid7()), "message_id": said["id"]}

    with ThreadPoolExecutor(4) as pool:
        path = f"/v1/conversations/{room}/screenshots"
        statuses = set(pool.map(lambda _: ben.client.post(path, body).status, range(4)))

    [_, note] = ada.sees(room)
    assert statuses == {201}
    assert (note["type"], note["sender_id"]) == ("system", str(ben.id))
    assert note["payload"] == {"event": "screenshot", "message_id": said["id"]}


def test_a_screenshot_is_reported_by_members_only_and_not_in_channels(ada, ben, cleo):
    room, channel = ada.direct(ben), ada.channel()

    assert cleo.client.post(f"/v1/conversations/{room}/screenshots", {}).status == 404
    assert ada.client.post(f"/v1/conversations/{channel}/screenshots", {}).status == 403
