"""Scheduled messages: once, at their time, and only if their author may write then."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic

import pytest

from kernel import uuid7
from kernel.testing.realtime import PATIENCE
from plugins.chat.services import scheduling

PLUGINS = ("chat",)
LATER = timedelta(minutes=5)


@pytest.fixture
def later(clock):
    """Schedule a message five minutes ahead; return the answer."""

    def make(who, conversation, text="Later", **more):
        send_at = (clock.now() + LATER).isoformat()
        body = {"conversation_id": conversation, "send_at": send_at, "text": text, **more}
        return who.client.post("/v1/chat/scheduled", body)

    return make


def waiting(who, **query):
    return who.client.get("/v1/chat/scheduled", query=query).json["items"]


def texts(who, conversation):
    return [each["text"] for each in who.sees(conversation) if each["type"] != "system"]


def test_a_scheduled_message_is_sent_at_its_time_and_not_before(ada, ben, later, clock, work):
    room = ada.direct(ben)
    made = later(ada, room).json

    work()
    before = texts(ben, room)
    clock.advance(LATER)
    work()

    [message] = ben.sees(room)
    assert before == []
    assert (message["id"], message["text"], message["unattended"]) == (made["id"], "Later", True)
    assert waiting(ada) == []


def test_workers_that_send_at_once_send_it_once(app, ada, ben, later, clock):
    room = ada.direct(ben)
    for number in range(6):
        later(ada, room, f"Number {number}")
    clock.advance(LATER)

    with ThreadPoolExecutor(5) as pool:
        sent = list(pool.map(lambda _: scheduling.send_due(), range(5)))

    assert sum(sent) == 6
    assert sorted(texts(ben, room)) == [f"Number {number}" for number in range(6)]


def test_a_worker_that_dies_while_sending_leaves_it_to_be_sent(app, ada, ben, later, clock, work):
    room = ada.direct(ben)
    later(ada, room)
    clock.advance(LATER)

    class Killed(BaseException):
        pass

    with pytest.raises(Killed), app.db.atomic():
        scheduling.send_due()
        raise Killed
    between = texts(ben, room)
    work()

    assert between == []
    assert texts(ben, room) == ["Later"]


BLOCKED = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def test_a_worker_cut_off_in_the_middle_has_sent_nothing_and_failed_nothing(app, ada, ben, later, clock):
    room = ada.direct(ben)
    later(ada, room)
    clock.advance(LATER)

    with ThreadPoolExecutor(1) as pool:
        with app.db.atomic():
            app.db.rows("SELECT 1 FROM chat_conversation WHERE id = %s FOR UPDATE", (room,))
            job = pool.submit(scheduling.send_due)
            deadline = monotonic() + PATIENCE
            while not (blocked := app.db.rows(BLOCKED)):
                assert monotonic() < deadline, "the worker did not come to the conversation"
                app.db.rows("SELECT pg_stat_clear_snapshot()")  # or a transaction sees the same for ever
            app.db.rows("SELECT pg_terminate_backend(%s)", blocked[0])
        with pytest.raises(ExceptionGroup):
            job.result()
    between = (texts(ben, room), [each["status"] for each in waiting(ada)])
    again = scheduling.send_due()

    assert between == ([], ["waiting"])
    assert (again, texts(ben, room)) == (1, ["Later"])


def test_one_that_cannot_be_read_holds_up_no_other(app, ada, ben, later, clock):
    room = ada.direct(ben)
    broken = later(ada, room, "Broken").json
    later(ada, room, "Whole")
    app.db.execute_sql("UPDATE chat_scheduled SET content = '{}' WHERE id = %s", (broken["id"],))
    clock.advance(LATER)

    with pytest.raises(ExceptionGroup):
        scheduling.send_due()

    assert texts(ben, room) == ["Whole"]
    assert [(each["id"], each["status"]) for each in waiting(ada)] == [(broken["id"], "waiting")]


def test_it_does_not_read_the_conversation_for_its_absent_author(ada, ben, later, clock, work):
    room = ada.direct(ben)
    later(ada, room)
    ben.say(room, "Are you there?")
    clock.advance(LATER)

    work()

    assert ada.unread(room) == 1


def test_who_left_sends_nothing_and_is_told_why(ada, ben, later, clock, work):
    room = ada.group(ben)
    later(ben, room)
    assert ben.client.delete(f"/v1/conversations/{room}/members/{ben.id}").status == 204
    clock.advance(LATER)

    work()

    [failed] = waiting(ben)
    assert texts(ada, room) == []
    assert (failed["status"], failed["failure"] != "") == ("failed", True)


@pytest.mark.plugins("chat", "blocking")
def test_who_was_blocked_in_the_meantime_sends_nothing(ada, ben, later, clock, work):
    room = ada.direct(ben)
    later(ada, room)
    assert ben.client.post("/v1/blocks", {"user_id": str(ada.id)}).status in {200, 201}
    clock.advance(LATER)

    work()

    assert waiting(ada)[0]["status"] == "failed"
    assert ada.sees(room) == []


def test_a_failed_one_waits_again_once_it_is_changed(ada, ben, later, clock, work):
    room = ada.group(ben)
    made = later(ben, room).json
    ben.client.delete(f"/v1/conversations/{room}/members/{ben.id}")
    clock.advance(LATER)
    work()
    ada.client.post(f"/v1/conversations/{room}/members", {"user_ids": [str(ben.id)]})

    again = (clock.now() + LATER).isoformat()
    changed = ben.client.patch(f"/v1/chat/scheduled/{made['id']}", {"send_at": again, "text": "At last"})
    clock.advance(LATER)
    work()

    assert (changed.status, changed.json["status"]) == (200, "waiting")
    assert texts(ada, room) == ["At last"]


def test_a_cancelled_one_is_never_sent(ada, ben, later, clock, work):
    room = ada.direct(ben)
    made = later(ada, room).json

    cancelled = ada.client.delete(f"/v1/chat/scheduled/{made['id']}")
    clock.advance(LATER)
    work()

    assert cancelled.status == 204
    assert ben.sees(room) == []


def test_sending_now_and_the_clock_together_send_it_once(ada, ben, later, clock):
    room = ada.direct(ben)
    made = later(ada, room).json
    clock.advance(LATER)
    path = f"/v1/chat/scheduled/{made['id']}/send"

    with ThreadPoolExecutor(4) as pool:
        clicks = [pool.submit(ada.client.post, path) for _ in range(3)]
        job = pool.submit(scheduling.send_due)
        statuses = [each.result().status for each in clicks]

    assert statuses.count(201) + job.result() == 1
    assert set(statuses) <= {201, 409}
    assert texts(ben, room) == ["Later"]


def test_a_repeated_call_schedules_once_and_another_text_is_refused(ada, ben, later, clock):
    send_at = (clock.now() + LATER).isoformat()
    room, same = ada.direct(ben), {"id": str(uuid7()), "send_at": send_at}

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: later(ada, room, **same).status, range(6)))
    other = later(ada, room, "Something else", **same)

    assert set(answers) == {201}
    assert len(waiting(ada)) == 1
    assert (other.status, other.json["type"]) == (409, "/problems/message-id-taken")


@pytest.mark.parametrize("minutes", [0, -5, 60 * 24 * 400])
def test_a_moment_gone_by_or_far_away_is_refused(ada, ben, clock, minutes):
    send_at = (clock.now() + timedelta(minutes=minutes)).isoformat()
    body = {"conversation_id": ada.direct(ben), "send_at": send_at, "text": "Hi"}

    refused = ada.client.post("/v1/chat/scheduled", body)

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/send_at")


def test_what_it_says_is_checked_when_it_is_scheduled(ada, ben, later):
    refused = later(ada, ada.direct(ben), "", type="location", payload={"latitude": 91, "longitude": 0})

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/payload/latitude")


@pytest.mark.settings(chat={"max_scheduled": 5})
def test_those_who_schedule_at_once_stay_within_the_limit(ada, ben, later):
    room = ada.direct(ben)

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: later(ada, room).status, range(12)))

    assert (statuses.count(201), statuses.count(409)) == (5, 7)


def test_nobody_sees_or_touches_what_others_schedule(ada, ben, later, clock):
    room = ada.group(ben)
    path = f"/v1/chat/scheduled/{later(ada, room).json['id']}"

    assert waiting(ben) == []
    assert ben.client.get(path).status == 404
    assert ben.client.delete(path).status == 404
    assert ben.client.post(f"{path}/send").status == 404


def test_a_picture_waits_with_its_message(app, ada, ben, later, clock, work, picture):
    room, shown = ada.direct(ben), picture(ada.id)
    later(ada, room, "", type="image", media_ids=[str(shown)])
    held = app.db.rows("SELECT owner_type FROM media_attachment WHERE medium_id = %s", (shown,))
    clock.advance(LATER)

    work()

    now = app.db.rows("SELECT owner_type FROM media_attachment WHERE medium_id = %s", (shown,))
    assert (held, now) == ([("chat.scheduled",)], [("chat.message",)])
    assert ben.sees(room)[0]["media_ids"] == [str(shown)]
