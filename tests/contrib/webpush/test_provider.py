"""What is posted to a push service, and what is made of the answers."""

from __future__ import annotations

import json
import socket

import pytest

from contrib.webpush.provider import LARGEST, WebPushProvider, topic
from contrib.webpush.settings import SERVICES, WebpushSettings
from contrib.webpush.vapid import Vapid, made_key
from kernel import Invalid, uuid7
from kernel.clock import SystemClock
from plugins.notifications.api import PushMessage
from tests.contrib.webpush.service import Browser, PushService

VAPID = Vapid(made_key(), "mailto:ops@agora.example", SystemClock())
PUBLIC = Browser("https://fcm.googleapis.com/fcm/send/abc").to_json()


def provider(**settings):
    local = {"services": ["127.0.0.1"], "allow_private": True, "timeout": 5.0}
    return WebPushProvider(WebpushSettings(**{**local, **settings}), VAPID)


def push(browser, **values):
    told = {"title": "Outbid", "body": "Somebody bid more.", "data": {"type": "b2b.outbid", "url": "/lots/1"}}
    subscribed = browser.to_json()
    return PushMessage(uuid7(), subscribed["endpoint"], **{"keys": subscribed["keys"], **told, **values})


def states(provider, *messages):
    return [(one.state, one.gone) for one in provider.send(messages)]


def test_a_message_arrives_encrypted_for_the_browser_and_signed_by_the_sender(service):
    browser = service.subscribe(VAPID.public_key)

    [outcome] = provider(ttl=600).send([push(browser, tag="auction:1", urgent=True)])

    assert (outcome.state, outcome.provider_id) == ("sent", f"{service.url}/message/1")
    assert browser.got == [
        {
            "title": "Outbid",
            "body": "Somebody bid more.",
            "tag": "auction:1",
            "data": {"type": "b2b.outbid", "url": "/lots/1"},
        }
    ]
    headers = browser.headers[0]
    assert (headers["ttl"], headers["urgency"], headers["topic"]) == ("600", "high", topic("auction:1"))


def test_what_is_not_urgent_says_so_and_what_has_no_tag_replaces_nothing(service):
    browser = service.subscribe(VAPID.public_key)

    list(provider().send([push(browser)]))

    assert browser.headers[0]["urgency"] == "normal"
    assert "topic" not in browser.headers[0]


def test_no_two_messages_are_sealed_alike(service):
    bodies = []
    browser = service.subscribe(VAPID.public_key)
    open_one = browser.decrypted
    browser.decrypted = lambda body: bodies.append(body) or open_one(body)

    list(provider().send([push(browser)] * 2))

    salts, senders = {body[:16] for body in bodies}, {body[21:86] for body in bodies}
    assert (len(salts), len(senders)) == (2, 2)


@pytest.mark.parametrize("letter", ["a", "ü", '"', "\\", "🙂"])
def test_a_text_that_is_too_long_is_cut_to_what_every_push_service_takes(service, letter):
    browser = service.subscribe(VAPID.public_key)

    list(provider().send([push(browser, body=letter * 5000)]))

    [got] = browser.got
    assert got["body"].endswith("…")
    assert LARGEST - 8 <= len(json.dumps(got, ensure_ascii=False, separators=(",", ":")).encode()) <= LARGEST


def test_a_title_that_leaves_no_room_is_refused_and_the_others_go(service):
    browser = service.subscribe(VAPID.public_key)

    outcomes = states(provider(), push(browser, title="t" * 5000), push(browser))

    assert outcomes == [("refused", False), ("sent", False)]
    assert browser.asked == 1


@pytest.mark.parametrize(
    ("status", "state", "gone"),
    [
        (404, "refused", True),
        (410, "refused", True),
        (400, "refused", False),
        (413, "refused", False),
        (307, "refused", False),
        (401, "deferred", False),
        (403, "deferred", False),
        (429, "deferred", False),
    ],
)
def test_what_concerns_one_browser_leaves_the_others(service, status, state, gone):
    odd, sound = service.subscribe(VAPID.public_key), service.subscribe(VAPID.public_key)
    odd.answer = (status, {"Location": sound.endpoint})

    outcomes = states(provider(), push(odd), push(sound))

    assert outcomes == [(state, gone), ("sent", False)]
    assert (odd.asked, sound.asked) == (1, 1)


def test_a_push_service_names_how_long_to_wait(service):
    browser = service.subscribe(VAPID.public_key)
    browser.answer = (429, {"Retry-After": "120"})

    [outcome] = provider().send([push(browser)])

    assert outcome.retry_after == 120


def test_a_push_service_that_fails_is_not_asked_again_and_another_is(service):
    other = PushService()
    first, second = service.subscribe(VAPID.public_key), service.subscribe(VAPID.public_key)
    elsewhere = other.subscribe(VAPID.public_key)
    first.answer = (503, {"Retry-After": "9"})

    outcomes = list(provider().send([push(first), push(second), push(elsewhere)]))
    other.stop()

    assert [(one.state, one.retry_after) for one in outcomes] == [
        ("deferred", 9),
        ("deferred", 9),
        ("sent", None),
    ]
    assert (first.asked, second.asked, len(elsewhere.got)) == (1, 0, 1)


def test_no_answer_puts_the_message_off(service):
    browser = service.subscribe(VAPID.public_key)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        deaf = Browser(f"http://127.0.0.1:{silent.getsockname()[1]}/send/1")

        outcomes = list(provider(timeout=0.3).send([push(deaf), push(deaf), push(browser)]))

    assert [one.state for one in outcomes] == ["deferred", "deferred", "sent"]
    assert outcomes[0].reason == "no answer: ReadTimeout"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])
def test_a_private_address_is_not_called_whatever_name_it_goes_by(service, host):
    browser = service.subscribe(VAPID.public_key)
    browser.endpoint = browser.endpoint.replace("127.0.0.1", host)

    [outcome] = provider(allow_private=False, services=["*"]).send([push(browser)])

    assert (outcome.state, outcome.reason) == ("refused", "its push service has no public address")
    assert browser.asked == 0


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"endpoint": "http://fcm.googleapis.com/x"}, "/subscription/endpoint"),
        ({"endpoint": "ftp://fcm.googleapis.com/x"}, "/subscription/endpoint"),
        ({"endpoint": "https://push.example.net/x"}, "/subscription/endpoint"),
        ({"endpoint": "https://evilfcm.googleapis.com.example.net/x"}, "/subscription/endpoint"),
        ({"endpoint": "https://notfcm.googleapis.com/x"}, "/subscription/endpoint"),
        ({"endpoint": "https://fcm.googleapis.com@10.0.0.1/x"}, "/subscription/endpoint"),
        ({"endpoint": "https://user:pw@fcm.googleapis.com/x"}, "/subscription/endpoint"),
        ({"endpoint": "https://fcm.googleapis.com:99999/x"}, "/subscription/endpoint"),
        ({"endpoint": "https://[::1/x"}, "/subscription/endpoint"),
        ({"endpoint": "https:///x"}, "/subscription/endpoint"),
        ({"endpoint": "token"}, "/subscription/endpoint"),
        ({"p256dh": "BCVx"}, "/subscription/keys/p256dh"),
        ({"p256dh": "A" * 87}, "/subscription/keys/p256dh"),
        ({"p256dh": "ü"}, "/subscription/keys/p256dh"),
        ({"auth": "short"}, "/subscription/keys/auth"),
        ({"auth": "?"}, "/subscription/keys/auth"),
    ],
)
def test_what_is_no_subscription_at_a_known_push_service_is_refused_by_field(changes, pointer):
    subscribed = {"endpoint": PUBLIC["endpoint"], **PUBLIC["keys"], **changes}
    endpoint = subscribed.pop("endpoint")

    with pytest.raises(Invalid) as refused:
        provider(services=SERVICES, allow_private=False).check(endpoint, subscribed)

    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1/x", "https://10.1.2.3/x", "https://169.254.169.254/latest", "https://[fd00::1]/x",
        "https://localhost/x", "https://localhost./x", "https://db.internal/x",
    ],
)  # fmt: skip
def test_where_any_push_service_is_taken_private_ones_are_not(endpoint):
    with pytest.raises(Invalid) as refused:
        provider(services=["*"], allow_private=False).check(endpoint, PUBLIC["keys"])

    assert refused.value.errors[0].detail == "This is no public address."


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://web.push.apple.com/QGut",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYA",
    ],
)
def test_the_push_services_of_the_browsers_are_taken(endpoint):
    provider(services=SERVICES, allow_private=False).check(endpoint, PUBLIC["keys"])


def test_a_token_is_no_subscription():
    with pytest.raises(Invalid) as refused:
        provider().check("token", {})

    assert [error.pointer for error in refused.value.errors] == ["/token"]
