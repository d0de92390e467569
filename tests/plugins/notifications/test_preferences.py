"""What people decide: types and channels, mutes, unsubscribing."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from kernel.testing import race
from plugins.notifications.api import Address

PLUGINS = ("letters",)
SETTINGS = {"kernel": {"public_url": "https://stoa.example"}}
PREFERENCES = "/v1/notifications/preferences"
UNSUBSCRIBE = "/v1/notifications/unsubscribe"
FORM = {"content-type": "application/x-www-form-urlencoded"}
ADA = "ada@example.com"


@pytest.fixture
def ada(client, person):
    """Return Ada's client."""
    return client.as_user(person(email=ADA, phone="+14155550123"))


@pytest.fixture
def token(mailbox):
    """Return the token of the last unsubscribe link sent to an address."""

    def read(to: str) -> str:
        link = re.search(r"https://\S+/unsubscribe\S+", mailbox(to)[-1]["text"])
        assert link, mailbox(to)
        return parse_qs(urlsplit(link[0]).query)["token"][0]

    return read


def test_everything_is_on_but_what_is_opt_in(ada):
    shown = ada.get(PREFERENCES).json

    assert shown["channels"]["letters.plain"] == {"in_app": True, "email": True}
    assert shown["channels"]["letters.offer"] == {"email": False}
    assert (shown["quiet_hours"], shown["digest"]) == (None, {"frequency": "off", "hour": 8})
    [plain] = [one for one in shown["types"] if one["type"] == "letters.plain"]
    assert (plain["title"], plain["mandatory"]) == ("Plain letters", False)


def test_a_type_is_switched_off_on_one_channel(ada, post, work, mailbox, log):
    ada.put(PREFERENCES, {"channels": {"letters.plain": {"email": False}}})

    post(ada.user_id)
    work()

    assert mailbox(ADA) == []
    assert [(one.state, one.reason, one.content) for one in log()] == [("suppressed", "switched off", None)]
    assert ada.get("/v1/notifications/unread").json == {"unread": 1}


def test_an_opt_in_type_comes_once_it_is_switched_on(ada, post, work, mailbox):
    post(ada.user_id, "offer")
    work()
    before = mailbox(ADA)
    ada.put(PREFERENCES, {"channels": {"letters.offer": {"email": True}}})

    post(ada.user_id, "offer")
    work()

    assert before == []
    assert len(mailbox(ADA)) == 1


def test_what_cannot_be_switched_is_named(ada):
    wrong = {
        "letters.alert": {"email": False},
        "letters.plain": {"sms": True},
        "letters.none": {"email": True},
    }

    answer = ada.put(PREFERENCES, {"channels": wrong})

    assert answer.status == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [
        "/channels/letters.alert/email", "/channels/letters.plain/sms", "/channels/letters.none",
    ]  # fmt: skip


def test_what_is_shown_can_be_put_back_as_it_is(ada):
    quiet = {"start": "22:00", "end": "07:00", "days": [1, 2], "timezone": "Europe/Paris"}
    ada.put(PREFERENCES, {"quiet_hours": quiet, "digest": {"frequency": "daily", "hour": 18}})
    shown = ada.get(PREFERENCES).json

    again = ada.put(PREFERENCES, {name: shown[name] for name in ("channels", "quiet_hours", "digest")}).json

    assert shown["quiet_hours"] == quiet
    assert {**again, "version": 1} == {**shown, "version": 1}


@pytest.mark.parametrize(
    "quiet",
    [
        {"start": "22:00", "end": "22:00"},
        {"start": "24:00", "end": "07:00"},
        {"start": "22:00", "end": "7"},
        {"start": "22:00", "end": "07:00", "timezone": "Mars/Olympus"},
        {"start": "22:00", "end": "07:00", "days": [8]},
        {"start": "22:00", "end": "07:00", "days": []},
    ],
)
def test_quiet_hours_that_make_no_sense_are_refused(ada, quiet):
    assert ada.put(PREFERENCES, {"quiet_hours": quiet}).status == 422


def test_of_two_devices_with_one_etag_one_writes(ada):
    tag = ada.get(PREFERENCES).headers["etag"]

    answers = race(
        *[
            lambda hour=hour: ada.with_headers(if_match=tag).put(
                PREFERENCES, {"digest": {"frequency": "daily", "hour": hour}}
            )
            for hour in (6, 7, 9)
        ]
    )

    assert sorted(answer.status for answer in answers) == [200, 412, 412]


def test_a_muted_topic_is_not_heard_of_until_its_time(ada, post, work, clock):
    until = (clock.now() + timedelta(minutes=5)).isoformat()
    ada.put("/v1/notifications/mutes/room:1", {"until": until})

    post(ada.user_id, topic="room:1")
    post(ada.user_id, "alert", topic="room:1")
    post(ada.user_id, topic="room:2")
    work()
    muted = ada.get("/v1/notifications/unread").json["unread"]
    clock.advance(timedelta(minutes=6))
    post(ada.user_id, topic="room:1")
    work()

    assert muted == 2
    assert ada.get("/v1/notifications/unread").json == {"unread": 3}
    assert ada.get("/v1/notifications/mutes").json["items"] == []


def test_a_mute_is_listed_and_lifted(ada, client):
    ada.put("/v1/notifications/mutes/room:1", {})
    ada.put("/v1/notifications/mutes/room:1", {})

    [muted] = ada.get("/v1/notifications/mutes").json["items"]
    lifted = [ada.delete("/v1/notifications/mutes/room:1").status for _ in range(2)]

    assert (muted["topic"], muted["until"]) == ("room:1", None)
    assert lifted == [204, 404]
    assert client.as_user().get("/v1/notifications/mutes").json["items"] == []


def test_looking_at_the_unsubscribe_page_changes_nothing_and_pressing_does(
    ada, client, post, work, mailbox, token
):
    post(ada.user_id)
    work()
    link = {"token": token(ADA)}

    page = client.get(UNSUBSCRIBE, query=link)
    untouched = ada.get(PREFERENCES).json["channels"]["letters.plain"]["email"]
    pressed = [client.post(UNSUBSCRIBE, query=link, body="confirm=yes", headers=FORM) for _ in range(2)]
    post(ada.user_id)
    work()

    assert "Plain letters" in page.text
    assert untouched is True
    assert ["Unsubscribed" in answer.text for answer in pressed] == [True, True]
    assert ada.get(PREFERENCES).json["channels"]["letters.plain"] == {"in_app": True, "email": False}
    assert len(mailbox(ADA)) == 1


def test_a_mail_program_unsubscribes_with_one_click(client, post, work, mailbox, log):
    to = Address(email="Stranger@example.com")
    post(to)
    work()
    link = mailbox("stranger@example.com")[0]["headers"]["List-Unsubscribe"].strip("<>")
    parts = urlsplit(link)

    query = {"token": parse_qs(parts.query)["token"][0]}
    answer = client.post(parts.path, query=query, body="List-Unsubscribe=One-Click", headers=FORM)
    post(to)
    post(to, "alert")
    work()

    assert answer.status == 200
    assert [(one.type, one.state, one.reason) for one in log()] == [
        ("letters.plain", "sent", ""),
        ("letters.alert", "sent", ""),
        ("letters.plain", "suppressed", "unsubscribed"),
    ]


@pytest.mark.parametrize("forged", ["x", "gAAAAABm", "é", "a" * 4000])
def test_a_link_that_was_not_made_here_does_nothing(client, forged):
    for answer in (
        client.get(UNSUBSCRIBE, query={"token": forged}),
        client.post(UNSUBSCRIBE, query={"token": forged}, body="", headers=FORM),
    ):
        assert answer.status == 200
        assert "does not work" in answer.text


def test_a_link_does_not_tell_whose_it_is(post, work, token):
    post(Address(email=ADA))
    work()

    assert "ada" not in token(ADA).lower()[:8]
    assert ADA not in token(ADA)


def test_who_unsubscribes_while_a_message_waits_is_not_sent_it(
    client, person, post, work, clock, mailbox, log
):
    clock.set(clock.now().replace(hour=23, minute=0) + timedelta(days=1))
    ada = client.as_user(person(email=ADA))
    ada.put(PREFERENCES, {"quiet_hours": {"start": "22:00", "end": "07:00"}})
    post(ada.user_id)
    work()

    ada.put(PREFERENCES, {"channels": {"letters.plain": {"email": False}}})
    clock.advance(timedelta(hours=12))
    work()

    assert mailbox(ADA) == []
    assert [one.reason for one in log()] == ["switched off"]
