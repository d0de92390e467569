"""A phone at FCM and a browser at a push service, from registration to what arrives and what does not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kernel import uuid7
from kernel.testing import Client
from plugins.notifications.api import send
from plugins.notifications.models import Delivery, Device
from tests.contrib.fcm.server import FcmServer, refusal
from tests.contrib.webpush.service import PushService

LETTERS = str(Path(__file__).parents[2] / "plugins" / "notifications" / "site")
PATH = "/v1/notifications/devices"


@pytest.fixture(autouse=True, scope="module")
def _installed() -> Iterator[None]:
    """Have a plugin that sends something by push."""
    sys.path.insert(0, LETTERS)
    yield
    sys.path.remove(LETTERS)


@pytest.fixture(scope="module")
def fcm_server() -> Iterator[FcmServer]:
    made = FcmServer()
    yield made
    made.stop()


@pytest.fixture
def fcm(fcm_server: FcmServer) -> FcmServer:
    fcm_server.behave()
    return fcm_server


@pytest.fixture
def wanted_plugins(_installed: None) -> tuple[str, ...]:
    return ("letters", "fcm", "webpush")


@pytest.fixture
def wanted_settings(
    wanted_settings: dict[str, Any], fcm_server: FcmServer, running_service: PushService
) -> dict[str, Any]:
    local = {"services": ["127.0.0.1"], "allow_private": True}
    account = {"credentials": fcm_server.credentials, "url": fcm_server.url}
    return {**wanted_settings, "webpush": local, "fcm": account}


class Person:
    """Somebody signed in on a phone and in a browser, each with a session."""

    def __init__(self, client: Client, service: PushService) -> None:
        key = client.get("/v1/webpush/key").json["application_server_key"]
        self.user_id = uuid7()
        self.phone, self.laptop = client.as_user(self.user_id), client.as_user(self.user_id)
        self.browser = service.subscribe(key)
        self.token = f"token-{self.user_id}"

    def register(self) -> list[str]:
        """Register both, and return the ids."""
        bodies = (
            (self.phone, {"provider": "fcm", "token": self.token, "platform": "android"}),
            (self.laptop, {"provider": "webpush", "subscription": self.browser.to_json()}),
        )
        answers = [one.post(PATH, body) for one, body in bodies]
        assert [one.status for one in answers] == [200, 200]
        return [one.json["id"] for one in answers]


@pytest.fixture
def ann(client, service):
    return Person(client, service)


@pytest.fixture
def ring(app, work):
    def do(person, key=None, text="Somebody bid more."):
        with app.db.atomic():
            told = {"title": "Outbid", "text": text, "url": "/lots/1"}
            send("letters.everywhere", person.user_id, told, key=key, topic="lot:1")
        work()

    return do


def log():
    rows = Delivery.select().where(Delivery.channel == "push").order_by(Delivery.provider)
    return [(one.provider, one.state) for one in rows]


def test_phone_and_browser_each_get_a_message_once(ann, ring, fcm):
    ann.register()

    ring(ann, key="event-1")
    ring(ann, key="event-1")

    [posted], [shown] = fcm.sent, ann.browser.got
    data = {
        "type": "letters.everywhere",
        "url": "/lots/1",
        "notification_id": shown["data"]["notification_id"],
    }
    assert posted["token"] == ann.token
    assert posted["notification"] == {"title": "Ring", "body": "Somebody bid more."}
    assert posted["data"] == shown["data"] == data
    assert posted["android"]["collapse_key"] == shown["tag"] == "lot:1"
    assert (shown["title"], shown["body"]) == ("Ring", "Somebody bid more.")
    assert ann.phone.get("/v1/notifications").json["items"][0]["id"] == data["notification_id"]
    assert log() == [("fcm", "sent"), ("webpush", "sent")]


def test_registering_at_each_start_sends_nothing_twice(ann, ring, fcm):
    assert ann.register() == ann.register()

    ring(ann)

    assert (len(fcm.sent), len(ann.browser.got)) == (1, 1)


def test_devices_their_services_call_gone_are_forgotten(ann, ring, fcm):
    ann.register()
    fcm.answers[ann.token] = refusal(404, "UNREGISTERED", name="NOT_FOUND")
    ann.browser.answer = (410, {})

    ring(ann)
    asked = len(fcm.asked), ann.browser.asked
    ring(ann)

    assert asked == (len(fcm.asked), ann.browser.asked) == (1, 1)
    assert Device.select().count() == 0
    assert log() == [("fcm", "failed"), ("webpush", "failed")]


def test_who_signs_out_of_one_gets_push_on_the_other(app, ann, ring, fcm):
    ann.register()

    app.auth.revoke_session(ann.phone.session_id)
    ring(ann)
    app.auth.revoke_session(ann.laptop.session_id)
    ring(ann)

    assert fcm.asked == []
    assert len(ann.browser.got) == 1


def test_what_a_service_puts_off_arrives_later_and_the_other_at_once(ann, ring, fcm, work, clock):
    ann.register()
    fcm.answers[ann.token] = refusal(503, "UNAVAILABLE", headers={"Retry-After": "300"})

    ring(ann)
    del fcm.answers[ann.token]
    clock.advance(timedelta(seconds=290))
    work()
    early = len(fcm.sent)
    clock.advance(timedelta(seconds=30))
    work()

    assert (early, len(fcm.sent), len(ann.browser.got)) == (0, 1, 1)


def test_a_browser_of_a_foreign_push_service_is_refused_by_field(ann):
    subscription = {**ann.browser.to_json(), "endpoint": "https://push.example.net/1"}

    answer = ann.laptop.post(PATH, {"provider": "webpush", "subscription": subscription})

    assert answer.status == 422
    assert [one["pointer"] for one in answer.json["errors"]] == ["/subscription/endpoint"]


def test_a_token_for_a_browser_and_a_subscription_for_a_phone_are_refused(ann):
    token = ann.phone.post(PATH, {"provider": "webpush", "token": "a"})
    subscription = ann.phone.post(PATH, {"provider": "fcm", "subscription": ann.browser.to_json()})

    assert [one["pointer"] for one in token.json["errors"]] == ["/token"]
    assert [one["pointer"] for one in subscription.json["errors"]] == ["/subscription"]
