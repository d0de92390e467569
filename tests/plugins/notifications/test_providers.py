"""Providers that fail, refuse, hurry and lie, and what becomes of the mail."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from kernel.testing import race
from plugins.notifications.api import Address, Outcome, ProviderUnavailable, report_bounce
from plugins.notifications.models import Delivery
from plugins.notifications.services import deliveries, dispatch, expansion

PLUGINS = ("letters",)
SETTINGS = {
    "notifications": {"email_providers": ["first", "second"], "sms_providers": ["pigeon"], "max_attempts": 3}
}
ADA = Address(email="ada@example.com")


def unavailable(retry_after=None):
    def answer(message):
        raise ProviderUnavailable("the line is dead", retry_after)

    return answer


def always(state, **values):
    return lambda message: Outcome(message.id, state, **values)


def test_many_messages_are_handed_over_at_once(post, work, provider):
    for number in range(7):
        post(Address(email=f"person{number}@example.com"))
    work()

    assert [len(batch) for batch in provider("first").batches] == [7]
    assert provider("second").batches == []


def test_the_second_provider_takes_over_from_the_first(post, work, provider, log):
    provider("first").answer = unavailable()

    post(ADA)
    work()

    [one] = log()
    assert (one.state, one.provider, one.provider_id) == ("sent", "second", f"second-{one.id}")


def test_a_provider_that_fails_half_way_keeps_what_it_took(post, work, provider, log):
    taken = []

    def two_then_dead(message):
        if len(taken) == 2:
            raise ProviderUnavailable("the line is dead")
        taken.append(message.id)
        return Outcome(message.id, "sent", "first")

    provider("first").answer = two_then_dead
    for number in range(5):
        post(Address(email=f"person{number}@example.com"))
    work()

    assert Counter(one.provider for one in log(state="sent")) == {"first": 2, "second": 3}
    assert len({message.id for message in provider("second").messages}) == 3
    assert not {message.id for message in provider("second").messages} & set(taken)


def test_a_provider_that_failed_is_asked_last_for_a_while(post, work, provider, clock):
    provider("first").answer = unavailable()
    post(ADA)
    work()
    provider("first").answer = always("sent")

    post(ADA)
    work()
    meanwhile = len(provider("first").messages)
    clock.advance(timedelta(seconds=31))
    post(ADA)
    work()

    assert meanwhile == 1
    assert len(provider("first").messages) == 2


def test_what_every_provider_defers_is_tried_later_and_later(post, work, provider, clock, log):
    provider("first").answer = always("deferred", reason="450 mailbox busy")
    provider("second").answer = always("deferred", reason="451 try later")

    post(ADA)
    work()
    [once] = log()
    clock.advance(timedelta(seconds=15))
    work()
    early = len(provider("first").messages)
    clock.advance(timedelta(seconds=25))
    work()
    [twice] = log()
    clock.advance(timedelta(seconds=130))
    work()

    assert (once.state, once.attempt, once.reason) == ("queued", 1, "451 try later")
    assert early == 1
    assert (twice.state, twice.attempt) == ("queued", 2)
    [ended] = log()
    assert (ended.state, ended.reason) == ("failed", "given up after 3 attempts: 451 try later")


def test_a_provider_is_not_asked_before_the_time_it_named(post, work, provider, clock, log):
    provider("first").answer = unavailable(retry_after=600)
    provider("second").answer = unavailable(retry_after=600)
    post(ADA)
    work()

    clock.advance(timedelta(seconds=599))
    work()
    [early] = log()
    provider("first").answer = always("sent")
    clock.advance(timedelta(seconds=11))
    work()

    assert early.attempt == 1
    assert [one.state for one in log()] == ["sent"]


def test_what_is_refused_is_not_tried_again(post, work, provider, clock, log):
    provider("first").answer = always("refused", reason="550 no such mailbox")

    post(ADA)
    work()
    clock.advance(timedelta(days=1))
    work()

    assert [(one.state, one.reason) for one in log()] == [("failed", "550 no such mailbox")]
    assert provider("second").messages == []
    assert len(provider("first").messages) == 1


def test_an_operator_tries_a_failed_delivery_again(post, work, provider, client, log):
    provider("first").answer = always("refused", reason="550 no such mailbox")
    post(ADA)
    work()
    [failed] = log()
    admin = client.as_admin()
    provider("first").answer = always("sent")

    answer = admin.post(f"/v1/notifications/deliveries/{failed.id}/retry")
    work()

    assert answer.json["state"] == "queued"
    assert [one.state for one in log()] == ["sent"]
    assert admin.post(f"/v1/notifications/deliveries/{failed.id}/retry").status == 409


def test_what_was_sensitive_and_failed_cannot_be_tried_again(post, work, provider, client, log):
    provider("pigeon").answer = always("refused", reason="not a mobile number")
    post(Address(phone="+14155550123"), "code", code="493021")
    work()

    [failed] = log()
    answer = client.as_admin().post(f"/v1/notifications/deliveries/{failed.id}/retry")

    assert (failed.state, failed.content) == ("failed", None)
    assert (answer.status, answer.problem) == (409, "delivery-not-retriable")


def test_a_message_a_provider_chokes_on_does_not_hold_up_the_others(post, work, provider, log):
    def choke(message):
        if message.to.startswith("poison"):
            raise ValueError("cannot encode")
        return Outcome(message.id, "sent", "1")

    provider("first").answer = provider("second").answer = choke
    for name in ("ann", "poison", "bob"):
        post(Address(email=f"{name}@example.com"))
    work()

    assert {one.address: one.state for one in log()} == {
        "ann@example.com": "sent",
        "poison@example.com": "queued",
        "bob@example.com": "sent",
    }


def test_workers_that_race_hand_each_message_over_once(app, post, provider):
    for number in range(60):
        post(Address(email=f"person{number}@example.com"))
    expansion.expand_due()

    def run():
        while dispatch.send_batch("email"):
            pass
        app.db.release()

    race(*[run] * 6)

    sent = Counter(message.to for message in provider("first").messages)
    assert len(sent) == 60
    assert set(sent.values()) == {1}


@pytest.mark.settings(notifications={"batch": 10})
def test_a_dead_workers_claims_are_sent_when_they_run_out(post, work, provider, clock, log):
    post(ADA)
    expansion.expand_due()
    [claimed] = deliveries.claim("email")

    work()
    held = [one.state for one in log()]
    clock.advance(timedelta(seconds=121))
    work()

    assert held == ["sending"]
    [sent] = log()
    assert (sent.state, sent.attempt, sent.id) == ("sent", 2, claimed.id)


def test_what_is_late_does_not_overwrite_what_another_worker_recorded(app, post, clock, log):
    post(ADA)
    expansion.expand_due()
    [slow] = deliveries.claim("email")
    clock.advance(timedelta(seconds=121))
    [fast] = deliveries.claim("email")

    deliveries.sent(fast, "second", "2")
    deliveries.deferred(slow, "first", "timed out", 0)
    deliveries.failed(slow, "first", "refused")

    assert [(one.state, one.provider) for one in log()] == [("sent", "second")]


def test_a_bounce_suppresses_the_address_until_an_operator_lifts_it(post, work, client, log):
    post(ADA)
    work()
    [sent] = log()
    admin = client.as_admin()

    known = report_bounce("first", sent.provider_id, reason="550 gone", permanent=True)
    post(ADA)
    post(ADA, "alert")
    work()
    [held] = admin.get("/v1/notifications/suppressions", query={"address": "ADA@example.com"}).json["items"]
    admin.delete(f"/v1/notifications/suppressions/{held['id']}")
    post(ADA)
    work()

    assert known is True
    assert report_bounce("first", "unknown", reason="", permanent=True) is False
    assert [one.state for one in log()] == ["bounced", "sent", "suppressed", "sent"]
    assert log()[2].reason == "bounced: 550 gone"


def test_a_passing_bounce_is_noted_and_suppresses_nothing(post, work, log):
    post(ADA)
    work()
    [sent] = log()

    report_bounce("first", sent.provider_id, reason="452 mailbox full", permanent=False)
    post(ADA)
    work()

    assert [(one.state, one.reason) for one in log()] == [("sent", "452 mailbox full"), ("sent", "")]


def test_push_goes_to_the_provider_a_token_names(post, person, work, provider, log):
    ada = person(email=None, devices=("bell:token-1", "bell:token-2", "horn:token-3"))

    post(ada, "everywhere", text="Ring ring", url="/rooms/1")
    work()

    messages = provider("bell").messages
    assert {message.token for message in messages} == {"token-1", "token-2"}
    assert (messages[0].title, messages[0].body) == ("Ring", "Ring ring")
    assert messages[0].data["type"] == "letters.everywhere"
    assert messages[0].data["url"] == "/rooms/1"
    assert {one.address: one.provider for one in log(channel="push")}["horn:token-3"] == "mailbox"


def test_the_log_is_filtered_and_for_operators_only(post, person, work, client):
    ada = person()
    post(ada)
    post(ADA)
    work()
    admin, path = client.as_admin(), "/v1/notifications/deliveries"

    mine = admin.get(path, query={"user_id": str(ada)}).json["items"]
    sent = admin.get(path, query={"state": "sent", "channel": "email", "address": "ada@example.com"}).json[
        "items"
    ]

    assert len(mine) == len(sent) == 1
    assert "content" not in mine[0]
    assert client.as_user(ada).get(path).status == 403
    assert admin.get(path, query={"state": "lost"}).status == 422


def test_the_log_is_kept_for_a_time_and_what_is_unread_for_ever(post, person, work, clock, log, client):
    ada = person()
    post(ada, key="1")
    work()

    clock.advance(timedelta(days=91))
    work()

    assert log() == []
    assert client.as_user(ada).get("/v1/notifications/unread").json == {"unread": 1}
    assert Delivery.select().count() == 0


@pytest.mark.settings(notifications={"batch": 5})
def test_what_is_mandatory_does_not_queue_behind_a_newsletter(post, work, provider):
    for number in range(20):
        post(Address(email=f"person{number}@example.com"))
    post(ADA, "alert")
    work()

    assert provider("first").batches[0][0].subject == "Look out"
    assert len(provider("first").messages) == 21
