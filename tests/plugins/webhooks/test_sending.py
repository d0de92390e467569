"""What arrives at an endpoint: signed, retried, never twice under another id."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from kernel.testing import race
from plugins.webhooks.services import sending
from tests.plugins.webhooks.conftest import SOLD

pytestmark = [
    pytest.mark.plugins("webhooks", "listings"),
    pytest.mark.settings(webhooks={"allow_private": True}),
]


def test_the_official_library_verifies_what_arrives(person, receiver, sold, work):
    ada = person()
    endpoint = ada.endpoint(receiver.url, event_types=[SOLD])

    listing_id = sold(ada.id)
    work()

    [got] = receiver.got
    verified = Webhook(endpoint.secret).verify(got.body, got.headers)
    assert verified["type"] == SOLD
    assert verified["data"] == {"listing_id": str(listing_id), "seller_id": str(ada.id)}
    assert verified["scope"] is None
    assert datetime.fromisoformat(verified["timestamp"]).tzinfo is not None
    assert got.headers["content-type"] == "application/json"
    [delivery] = endpoint.log
    assert delivery["status"] == "DELIVERED"
    assert delivery["message_id"] == got.headers["webhook-id"]


def test_what_happened_before_there_was_an_endpoint_is_not_sent(person, receiver, sold, work):
    ada = person()
    sold(ada.id)
    ada.endpoint(receiver.url)
    later = sold(ada.id)

    work()

    assert [got.json["data"]["listing_id"] for got in receiver.got] == [str(later)]


def test_a_body_changed_on_the_way_is_refused_by_the_library(person, receiver, sold, work):
    ada = person()
    endpoint = ada.endpoint(receiver.url)
    sold(ada.id)
    work()
    [got] = receiver.got

    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(got.body.replace(b"sold", b"held"), got.headers)


def test_after_a_rotation_both_secrets_verify_until_the_old_one_ends(person, receiver, sold, work, clock):
    ada = person()
    endpoint = ada.endpoint(receiver.url)
    fresh = endpoint.post("secret").json["secret"]
    sold(ada.id)
    work()
    [got] = receiver.got

    for secret in (endpoint.secret, fresh):
        assert Webhook(secret).verify(got.body, got.headers)["type"] == SOLD
    clock.advance(timedelta(hours=25))
    sold(ada.id)
    work()

    later = receiver.got[-1]
    at = datetime.fromtimestamp(int(later.headers["webhook-timestamp"]), UTC)
    only = Webhook(fresh).sign(later.headers["webhook-id"], at, later.body.decode())
    assert later.headers["webhook-signature"] == only


@pytest.mark.settings(webhooks={"allow_private": True, "retries": ["5s", "5m"]})
def test_what_fails_is_tried_again_by_the_schedule_and_then_given_up(person, receiver, sold, work, clock):
    ada = person()
    endpoint, receiver.status = ada.endpoint(receiver.url), 500
    counts = []
    sold(ada.id)

    for wait in (0, 4, 7, 200, 140, 86_400):  # the sweep comes every five seconds
        clock.advance(timedelta(seconds=wait))
        work()
        counts.append(len(receiver.got))

    assert counts == [1, 1, 2, 2, 3, 3]
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len({got.body for got in receiver.got}) == 1
    ada.sign_in()
    [delivery] = endpoint.log
    assert (delivery["status"], delivery["response_status"]) == ("FAILED", 500)
    detail = ada.client.get(f"{endpoint.url}/deliveries/{delivery['id']}").json
    assert [one["response_status"] for one in detail["attempts"]] == [500, 500, 500]
    assert detail["attempts"][0]["response_body"] == "ok"
    assert detail["payload"].encode() == receiver.got[0].body


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_an_endpoint_that_asks_for_time_gets_it(person, receiver, sold, work, clock, form):
    ada = person()
    ada.endpoint(receiver.url)
    at = clock.now() + timedelta(seconds=3600)
    receiver.status = 503
    receiver.headers = {"Retry-After": "3600" if form == "seconds" else format_datetime(at, usegmt=True)}
    sold(ada.id)
    work()
    receiver.status, receiver.headers = 200, {}

    clock.advance(timedelta(seconds=3500))
    work()
    early = len(receiver.got)
    clock.advance(timedelta(seconds=120))
    work()

    assert (early, len(receiver.got)) == (1, 2)


@pytest.mark.parametrize("told", ["soon", "-5", "9" * 40, "²"])
def test_a_wait_that_cannot_be_read_or_is_too_long_is_bounded(person, receiver, sold, work, clock, told):
    ada = person()
    ada.endpoint(receiver.url)
    receiver.status, receiver.headers = 503, {"Retry-After": told.encode().decode("latin-1")}
    sold(ada.id)
    work()

    clock.advance(timedelta(days=1, seconds=1))
    work()

    assert len(receiver.got) == 2


def test_a_redirection_is_a_failure_and_is_not_followed(person, receiver, sold, work):
    ada = person()
    endpoint = ada.endpoint(receiver.url)
    receiver.status = 302
    receiver.headers = {"Location": receiver.url.replace("/hook", "/elsewhere")}

    sold(ada.id)
    work()

    assert [got.path for got in receiver.got] == ["/hook"]
    [delivery] = endpoint.log
    assert (delivery["status"], delivery["error"]) == ("PENDING", "it answered 302")


def test_an_endpoint_that_is_gone_is_disabled_and_its_owner_told(person, receiver, sold, work, mailbox):
    ada = person()
    endpoint, receiver.status = ada.endpoint(receiver.url), 410

    sold(ada.id)
    work()
    sold(ada.id)
    work()

    assert len(receiver.got) == 1
    assert (endpoint.shown["status"], endpoint.shown["disabled_reason"]) == ("DISABLED", "gone")
    assert [one["status"] for one in endpoint.log] == ["CANCELLED"]
    [mail] = mailbox(ada.email)
    assert mail["subject"] == "Your webhook endpoint was disabled"
    assert "410" in mail["text"]


def test_an_endpoint_that_fails_for_days_is_disabled(person, receiver, sold, work, clock, mailbox):
    ada = person()
    endpoint, receiver.status = ada.endpoint(receiver.url), 500
    sold(ada.id)
    work()

    for _ in range(11):
        clock.advance(timedelta(hours=12))
        sold(ada.id)
        work()

    ada.sign_in()
    assert (endpoint.shown["status"], endpoint.shown["disabled_reason"]) == ("DISABLED", "failing")
    assert {one["status"] for one in endpoint.log} == {"CANCELLED"}
    assert len(mailbox(ada.email)) == 1


def test_one_success_forgives_the_failures_before_it(person, receiver, sold, work, clock):
    ada = person()
    endpoint, receiver.status = ada.endpoint(receiver.url), 500
    sold(ada.id)
    work()
    assert endpoint.shown["failing_since"] is not None
    receiver.status = 204

    clock.advance(timedelta(minutes=1))
    work()

    assert endpoint.shown["failing_since"] is None


def test_of_many_lanes_one_sends_a_delivery(person, receiver, sold, app):
    ada = person()
    ada.endpoint(receiver.url)
    sold(ada.id)
    while app.bus.operations.depth().get(f"webhooks.{SOLD}"):
        deliver(app)

    sent = race(*[sending.send_one] * 8)

    assert sorted(sent) == [False] * 7 + [True]
    assert len(receiver.got) == 1


def deliver(app):
    from kernel.events.dispatcher import Dispatcher  # noqa: PLC0415 - the worker's part, without its tasks

    Dispatcher(app.bus).drain()


def test_what_a_dead_worker_had_in_hand_is_sent_again(person, receiver, sold, app, clock, work, monkeypatch):
    ada = person()
    endpoint = ada.endpoint(receiver.url)
    sold(ada.id)
    deliver(app)
    with monkeypatch.context() as dying:
        dying.setattr(sending.transport, "post", die)
        with pytest.raises(KeyboardInterrupt):
            sending.send_one()
    work()
    assert receiver.got == []

    clock.advance(timedelta(minutes=1))
    work()

    assert len(receiver.got) == 1
    assert [one["status"] for one in endpoint.log] == ["DELIVERED"]


def die(*_, **__):
    raise KeyboardInterrupt


def test_a_secret_sealed_under_another_key_fails_the_delivery_and_says_so(person, receiver, sold, work, app):
    ada = person()
    endpoint = ada.endpoint(receiver.url)
    app.db.execute_sql("UPDATE webhooks_endpoint SET secret = 'gAAAAA'")

    sold(ada.id)
    work()

    assert receiver.got == []
    [delivery] = endpoint.log
    assert delivery["error"] == "its secret cannot be read any more: rotate it"


def test_an_answer_of_any_length_and_bytes_is_kept_in_part(person, receiver, sold, work):
    ada = person()
    endpoint, receiver.body = ada.endpoint(receiver.url), b"\xff\x00" * 500_000

    sold(ada.id)
    work()

    [delivery] = endpoint.log
    detail = ada.client.get(f"{endpoint.url}/deliveries/{delivery['id']}").json
    assert delivery["status"] == "DELIVERED"
    assert len(detail["attempts"][0]["response_body"]) == 1024
