"""From `send` to what reaches a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import StoaError
from kernel.context import bound
from kernel.testing import count_statements, race
from plugins.notifications.api import Address, send, send_all
from plugins.notifications.api import Message as Asked
from plugins.notifications.models import Message

PLUGINS = ("letters",)
SETTINGS = {"kernel": {"public_url": "https://stoa.example"}}
ADA = "ada@example.com"


def test_a_message_reaches_the_list_and_the_mailbox(post, person, client, work, mailbox):
    ada = person(email=ADA, name="Ada")

    post(ada, text="There is news.", url="/listings/1")
    work()

    [mail] = mailbox(ADA)
    assert mail["subject"] == "A letter"
    assert mail["from"] == "Stoa <no-reply@localhost>"
    assert mail["text"].startswith("Dear Ada,\n\nThere is news.")
    assert "<p>There is news.</p>" in mail["html"]
    [shown] = client.as_user(ada).get("/v1/notifications").json["items"]
    assert (shown["title"], shown["body"]) == ("A letter", "Dear Ada,\n\nThere is news.")
    assert (shown["url"], shown["read_at"], shown["type"]) == ("/listings/1", None, "letters.plain")


def test_nothing_is_sent_of_a_transaction_that_rolled_back(app, person, work, log):
    ada = person()

    with pytest.raises(ZeroDivisionError), app.db.atomic():
        send("letters.plain", ada, {"title": "A", "text": "B"})
        1 / 0  # noqa: B018
    work()

    assert log() == []
    assert Message.select().count() == 0


def test_what_a_savepoint_took_back_is_not_sent_and_the_rest_is(app, person, work, mailbox):
    person()

    with app.db.atomic():
        with pytest.raises(ZeroDivisionError), app.db.atomic():
            send("letters.alert", Address(email="no@example.com"), {"text": "no"})
            1 / 0  # noqa: B018
        send("letters.alert", Address(email="yes@example.com"), {"text": "yes"})
    work()

    assert mailbox("no@example.com") == []
    assert len(mailbox("yes@example.com")) == 1


def test_the_same_key_is_sent_once(post, person, work, log):
    ada, bob = person(), person()

    for _ in range(3):
        post(ada, key="order-1")
        work()
    post(bob, key="order-1")
    post(ada, key="order-2")
    work()

    assert len(log(user_id=ada)) == 2
    assert len(log(user_id=bob)) == 1


def test_several_messages_are_one_statement_and_the_same_one_twice_is_one(app, person, work, log):
    ada, bob = person(), person()
    given = [
        Asked("letters.plain", who, {"title": "A letter", "text": "Hello"}, key="order-1")
        for who in (ada, bob, ada)
    ]

    with count_statements() as counted, app.db.atomic():
        send_all(given)
        within = counted.count
    work()

    assert within == 1
    assert (len(log(user_id=ada)), len(log(user_id=bob))) == (1, 1)


def test_a_repeated_event_that_races_itself_is_sent_once(app, post, person, work, log):
    ada = person()

    def once():
        post(ada, key="order-1")
        app.db.release()

    race(*[once] * 8)
    work()

    assert len(log(user_id=ada)) == 1


def test_an_undeclared_type_is_refused_with_the_nearest_name(app):
    with pytest.raises(StoaError, match=r"letters\.plain"):
        send("letters.plian", Address(email=ADA), {})


def test_data_is_escaped_in_html_and_never_a_template(post, work, mailbox):
    post(Address(email=ADA, name="{{ 7 * 7 }}"), text="<script>alert(1)</script>{% for x in y %}")
    work()

    [mail] = mailbox(ADA)
    assert "<script>" not in mail["html"]
    assert "&lt;script&gt;" in mail["html"]
    assert mail["text"].startswith("Dear {{ 7 * 7 }},\n\n<script>alert(1)</script>{% for x in y %}")


def test_a_subject_stays_one_line_whatever_the_data_holds(post, work, mailbox):
    post(Address(email=ADA), title="Hello\r\nBcc: everybody@example.com\n\nBody")
    work()

    [mail] = mailbox(ADA)
    assert mail["subject"] == "Hello Bcc: everybody@example.com Body"
    assert mail["text"].startswith("Dear ")


@pytest.mark.parametrize(
    ("language", "ending"), [("de", " (deutsch)"), ("de-AT", " (deutsch)"), ("fr", ""), ("../x", "")]
)
def test_a_message_comes_in_the_readers_language_or_the_nearest_there_is(
    post, person, work, mailbox, language, ending
):
    ada = person(email=ADA, language=language)

    post(ada)
    work()

    assert mailbox(ADA)[0]["subject"] == f"A letter{ending}"


def test_moments_are_shown_by_the_readers_clock(post, person, work, mailbox):
    ada = person(email=ADA, timezone="Asia/Kolkata")

    post(ada, "alert", at="2026-03-01T12:00:00Z")
    work()

    assert "at 2026-03-01 17:30 IST" in mailbox(ADA)[0]["text"]


def test_each_channel_has_its_own_text(post, person, work, mailbox):
    ada = person(email=ADA, phone="+14155550123", devices=("bell:token-1",))

    post(ada, "everywhere", text="Something happened.")
    work()

    assert mailbox("+14155550123")[0]["text"] == "Short: Something happened."
    assert mailbox(ADA)[0]["subject"] == "News"


def test_what_is_sensitive_is_erased_once_delivered(app, post, work, mailbox, log):
    post(Address(email=ADA), "link", link="https://stoa.example/secret-token")
    post(Address(phone="+14155550123"), "code", code="493021")
    stored = str(app.db.rows("SELECT data::text FROM notifications_message"))
    work()

    assert "493021" in stored
    assert "secret-token" in mailbox(ADA)[0]["text"]
    assert Message.select().count() == 0
    assert [(one.state, one.content, one.subject) for one in log()] == [("sent", None, "")] * 2


def test_what_is_sent_leaves_no_content_in_the_log(post, person, work, log):
    post(person())
    work()

    [one] = log()
    assert (one.state, one.content, one.subject) == ("sent", None, "A letter")


def test_mail_says_that_a_machine_wrote_it_and_how_to_stop_it(post, person, work, mailbox, log):
    ada = person(email=ADA)

    post(ada)
    work()
    post(ada, "alert")
    work()

    plain, alert = mailbox(ADA)
    [first, _] = log()
    assert plain["headers"]["Message-ID"] == f"<{first.id}@localhost>"
    assert plain["headers"]["Auto-Submitted"] == "auto-generated"
    assert plain["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = plain["headers"]["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://stoa.example/v1/notifications/unsubscribe?token=")
    assert link in plain["text"]
    assert link.replace("&", "&amp;") in plain["html"]
    assert "List-Unsubscribe" not in alert["headers"]
    assert "nsubscribe" not in alert["text"]


def test_a_message_keeps_the_correlation_of_its_request(post, person, work, log):
    with bound("request-17"):
        post(person())
    work()

    assert [one.correlation_id for one in log()] == ["request-17"]


def test_somebody_who_is_gone_gets_nothing(post, person, letters, work, log):
    ada = person()
    letters.gone.add(ada)

    post(ada)
    work()

    assert log() == []


def test_a_template_that_fails_is_tried_again_then_logged_and_holds_nobody_up(
    app, post, person, work, clock, log
):
    ada = person()
    with app.db.atomic():
        send("letters.plain", ada, {"title": "No text"})
    post(ada, text="Good")

    work()
    good = [one.state for one in log()]
    for _ in range(6):
        clock.advance(timedelta(hours=12))
        work()

    assert good == ["sent"]
    [_, failed] = log()
    assert (failed.state, failed.type, failed.content) == ("failed", "letters.plain", None)
    assert "'text' is undefined" in failed.reason


def test_a_url_that_is_none_is_not_shown(post, person, client, work):
    ada = person()

    post(ada, url="javascript:alert(1)")
    work()

    assert client.as_user(ada).get("/v1/notifications").json["items"][0]["url"] == ""
