"""What waits: for the end of quiet hours, and for the digest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from plugins.notifications.services import deliveries, expansion

PLUGINS = ("letters",)
SETTINGS = {"kernel": {"public_url": "https://stoa.example"}}
PREFERENCES = "/v1/notifications/preferences"
ADA = "ada@example.com"


@pytest.fixture
def at(clock):
    """Set the clock to a UTC hour of tomorrow, or of a day after it."""
    first = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    return lambda hour, minute=0, day=0: clock.set(
        first.replace(hour=hour, minute=minute) + timedelta(days=day)
    )


@pytest.fixture
def wishing(client, person):
    """Make Ada, with wishes."""

    def make(**wishes):
        ada = client.as_user(person(email=ADA, timezone="UTC"))
        assert ada.put(PREFERENCES, wishes).status == 200
        return ada.user_id

    return make


def test_quiet_hours_hold_mail_until_their_end_and_let_the_list_fill(
    at, wishing, client, post, work, mailbox, log
):
    at(23)
    ada = wishing(quiet_hours={"start": "22:00", "end": "07:00"})

    post(ada)
    post(ada, "alert")
    work()
    at_night = [mail["subject"] for mail in mailbox(ADA)]
    listed = client.as_user(ada).get("/v1/notifications/unread").json["unread"]
    at(6, 59, day=1)
    work()
    before_seven = len(mailbox(ADA))
    at(7, day=1)
    work()

    assert at_night == ["Look out"]
    assert listed == 2
    assert before_seven == 1
    assert len(mailbox(ADA)) == 2
    assert [one.attempt for one in log(type="letters.plain")] == [1]


def test_a_retry_does_not_wake_anybody(at, wishing, post, work, log):
    at(21, 59)
    ada = wishing(quiet_hours={"start": "22:00", "end": "07:00"})
    post(ada)
    expansion.expand_due()
    [claimed] = deliveries.claim("email")
    deliveries.deferred(claimed, "mailbox", "busy", 120)

    at(22, 5)
    work()

    [waiting] = log()
    assert (waiting.state, waiting.due_at.hour, waiting.attempt) == ("queued", 7, 1)


def test_a_digest_is_one_mail_with_what_was_missed(at, wishing, client, post, work, mailbox, log):
    at(12)
    ada = wishing(digest={"frequency": "daily", "hour": 18})

    for number in range(3):
        post(ada, title=f"Letter {number}", text="News " * 100, url=f"/listings/{number}")
    post(ada, "alert")
    work()
    at_once = [mail["subject"] for mail in mailbox(ADA)]
    at(17, 59)
    reader = client.as_user(ada)
    seen = next(one for one in reader.get("/v1/notifications").json["items"] if one["title"] == "Letter 1")
    reader.patch(f"/v1/notifications/{seen['id']}", {"read": True})
    work()
    before_six = len(mailbox(ADA))
    at(18)
    work()

    assert at_once == ["Look out"]
    assert before_six == 1
    digest = mailbox(ADA)[-1]
    assert digest["subject"] == "2 notifications you missed"
    assert "Letter 0" in digest["text"]
    assert "Letter 1" not in digest["text"]
    assert "https://stoa.example/listings/2" in digest["text"]
    assert '<a href="https://stoa.example/listings/2">Letter 2</a>' in digest["html"]
    assert "News…" in digest["text"]
    states = [(one.state, one.content) for one in log(type="letters.plain")]
    assert states == [("digested", None), ("suppressed", None), ("digested", None)]


def test_when_all_was_read_no_digest_comes(at, wishing, client, post, work, mailbox):
    at(12)
    ada = wishing(digest={"frequency": "hourly"})
    post(ada)
    work()

    client.as_user(ada).post("/v1/notifications/read", {})
    at(13)
    work()

    assert mailbox(ADA) == []


def test_a_digest_that_is_due_at_night_waits_for_the_morning(at, wishing, post, work, mailbox):
    at(21, 30)
    ada = wishing(digest={"frequency": "hourly"}, quiet_hours={"start": "22:00", "end": "07:00"})
    post(ada)
    work()

    at(22)
    work()
    at_night = mailbox(ADA)
    at(7, day=1)
    work()

    assert at_night == []
    assert [mail["subject"] for mail in mailbox(ADA)] == ["1 notification you missed"]


def test_a_digest_counts_what_it_does_not_spell_out(at, wishing, post, work, mailbox):
    at(12)
    ada = wishing(digest={"frequency": "hourly"})
    for number in range(53):
        post(ada, title=f"Letter {number}")
    work()

    at(13)
    work()

    [digest] = mailbox(ADA)
    assert digest["subject"] == "53 notifications you missed"
    assert "… and 3 earlier." in digest["text"]
    assert "Letter 52" in digest["text"]


def test_who_is_not_to_be_disturbed_is_pushed_nothing_but_what_is_mandatory(
    app, monkeypatch, person, post, work, provider, log, client
):
    ada, ben = (person(email=None, devices=(f"bell:{name}",)) for name in ("ada", "ben"))
    hooks = {**app.hooks._implementations}
    hooks["notifications_undisturbed"] = (("test", lambda user_ids: {ada} & set(user_ids)),)
    monkeypatch.setattr(app.hooks, "_implementations", hooks)

    post(ada, "everywhere")
    post(ben, "everywhere")
    work()

    assert [one.token for one in provider("bell").messages] == ["ben"]
    assert [one.reason for one in log(user_id=ada, channel="push")] == ["not to be disturbed"]
    assert client.as_user(ada).get("/v1/notifications/unread").json["unread"] == 1
