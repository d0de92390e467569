"""What is posted to FCM, with which token, and what is made of the answers."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime

import pytest

from contrib.fcm.provider import FcmProvider
from contrib.fcm.settings import FcmSettings
from contrib.fcm.tokens import AccessTokens
from kernel import Invalid, uuid7
from kernel.clock import SystemClock
from kernel.testing import race
from plugins.notifications.api import ProviderUnavailable, PushMessage
from tests.contrib.fcm.server import PROJECT, invalid, refusal


@pytest.fixture
def provider(fcm):
    def make(url=fcm.url, timeout=5.0, project=PROJECT):
        tokens = AccessTokens(json.loads(fcm.credentials), timeout)
        settings = FcmSettings(url=url, timeout=timeout, ttl=3600)
        return FcmProvider(
            settings, tokens, SystemClock(), project=project, public_url="https://agora.example"
        )

    return make


def push(token="device-1", **values):
    told = {"title": "Outbid", "body": "Somebody bid more.", "data": {"type": "b2b.outbid", "url": "/lots/1"}}
    return PushMessage(uuid7(), token, **{**told, **values})


def sent(provider, *messages):
    return [(one.state, one.gone) for one in provider.send(messages)]


def test_a_message_is_posted_as_fcm_wants_it_for_each_platform(fcm, provider):
    message = push(tag="auction:1", urgent=True)
    before = int(datetime.now(UTC).timestamp())

    [outcome] = provider().send([message])

    [posted] = fcm.sent
    assert (outcome.state, outcome.provider_id) == ("sent", f"projects/{PROJECT}/messages/1")
    assert posted["token"] == "device-1"
    assert posted["notification"] == {"title": "Outbid", "body": "Somebody bid more."}
    assert posted["data"] == {"type": "b2b.outbid", "url": "/lots/1"}
    assert posted["android"] == {
        "priority": "HIGH", "ttl": "3600s", "collapse_key": "auction:1", "notification": {"tag": "auction:1"},
    }  # fmt: skip
    ends = int(posted["apns"]["headers"].pop("apns-expiration"))
    assert posted["apns"]["headers"] == {"apns-priority": "10", "apns-collapse-id": "auction:1"}
    assert before + 3600 <= ends <= before + 3660
    assert posted["webpush"]["headers"] == {"TTL": "3600", "Urgency": "high"}
    assert posted["webpush"]["fcm_options"] == {"link": "https://agora.example/lots/1"}


def test_what_is_not_urgent_lets_the_device_sleep_and_a_long_tag_is_digested(fcm, provider):
    list(provider().send([push(tag="t" * 65), push(tag="t" * 64)]))

    android, apns = fcm.sent[0]["android"], fcm.sent[0]["apns"]["headers"]
    assert (android["priority"], apns["apns-priority"]) == ("NORMAL", "5")
    assert len(apns["apns-collapse-id"]) == 64
    assert apns["apns-collapse-id"] != fcm.sent[1]["apns"]["headers"]["apns-collapse-id"] == "t" * 64


@pytest.mark.parametrize("letter", ["a", "ü", '"', "\n", "🙂"])
def test_a_text_that_is_too_long_is_cut_to_what_fcm_takes(fcm, provider, letter):
    outcomes = sent(provider(), push(body=letter * 5000))

    assert outcomes == [("sent", False)]
    body = fcm.sent[0]["notification"]["body"]
    assert body.endswith("…")
    assert body.strip("…").strip(letter) == ""


def test_a_title_that_leaves_no_room_is_refused_and_the_others_go(fcm, provider):
    outcomes = sent(provider(), push(title="t" * 5000), push("device-2"))

    assert outcomes == [("refused", False), ("sent", False)]


def test_one_access_token_serves_all_and_another_is_fetched_before_it_ends(fcm, provider):
    lasting = provider()
    list(lasting.send([push(), push()]))
    list(lasting.send([push()]))
    fetched = len(fcm.tokens)

    fcm.expires_in = 60  # less than google-auth's margin: as good as ended
    ending = provider()
    list(ending.send([push()]))
    list(ending.send([push()]))

    assert fetched == 1
    assert len(fcm.tokens) == 3


def test_workers_that_start_together_fetch_one_token(fcm, provider):
    shared = provider()

    outcomes = race(*[lambda: sent(shared, push())] * 8)

    assert outcomes == [[("sent", False)]] * 8
    assert len(fcm.tokens) == 1


def test_a_token_that_was_revoked_is_replaced_once(fcm, provider):
    one = provider()
    list(one.send([push()]))
    fcm.tokens[:] = ["revoked"]

    outcomes = sent(one, push())

    assert outcomes == [("sent", False)]
    assert len(fcm.tokens) == 2


@pytest.mark.parametrize(
    ("answer", "state", "gone"),
    [
        (refusal(404, "UNREGISTERED", name="NOT_FOUND"), "refused", True),
        (invalid("message.token"), "refused", True),
        (invalid("message.data"), "refused", False),
        (refusal(400, "INVALID_ARGUMENT"), "refused", False),
        (refusal(403, "SENDER_ID_MISMATCH", name="PERMISSION_DENIED"), "refused", False),
        (refusal(401, "THIRD_PARTY_AUTH_ERROR", name="UNAUTHENTICATED"), "deferred", False),
        (refusal(429, "QUOTA_EXCEEDED", name="RESOURCE_EXHAUSTED"), "deferred", False),
        (refusal(500, "INTERNAL"), "deferred", False),
    ],
)
def test_what_concerns_one_device_leaves_the_others(fcm, provider, answer, state, gone):
    fcm.answers["odd"] = answer

    outcomes = sent(provider(), push(), push("odd"), push("device-3"))

    assert outcomes == [("sent", False), (state, gone), ("sent", False)]


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (refusal(503, "UNAVAILABLE", headers={"Retry-After": "17"}), 17),
        (refusal(503, "UNAVAILABLE"), 10),
        (refusal(403, "", name="PERMISSION_DENIED"), None),
        ((404, {}, {"error": {"code": 404, "message": "No such project.", "status": "NOT_FOUND"}}), None),
        ((502, {}, None), None),
        ((200, {}, {"unexpected": 1}), None),
        ((307, {"Location": "https://elsewhere.example/"}, None), None),
    ],
)
def test_what_concerns_all_makes_the_provider_unavailable(fcm, provider, answer, after):
    fcm.answers["device-1"] = answer

    with pytest.raises(ProviderUnavailable) as refused:
        list(provider().send([push(), push("device-2")]))

    assert refused.value.retry_after == after
    assert fcm.asked == ["device-1"]


def test_a_quota_that_holds_for_several_in_a_row_holds_for_all(fcm, provider):
    for number in range(5):
        fcm.answers[f"busy-{number}"] = refusal(429, "QUOTA_EXCEEDED", headers={"Retry-After": "30"})
    outcomes = []

    with pytest.raises(ProviderUnavailable) as refused:
        outcomes.extend(one.retry_after for one in provider().send([push(f"busy-{n}") for n in range(5)]))

    assert (outcomes, refused.value.retry_after) == ([30, 30], 30)
    assert len(fcm.asked) == 3


def test_a_quota_without_a_time_is_waited_for_a_minute(fcm, provider):
    fcm.answers["busy"] = refusal(429, "QUOTA_EXCEEDED")

    [outcome] = provider().send([push("busy")])

    assert outcome.retry_after == 60


def test_credentials_that_google_refuses_make_the_provider_unavailable(fcm, provider):
    fcm.token_answer = (400, {}, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})

    with pytest.raises(ProviderUnavailable, match="Invalid JWT Signature"):
        list(provider().send([push()]))

    assert fcm.asked == []


def test_no_answer_makes_the_provider_unavailable(fcm, provider):
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(ProviderUnavailable, match="Timeout"),
    ):
        list(provider(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.3).send([push()]))


def test_a_browsers_subscription_is_no_device_of_fcm(fcm, provider):
    with pytest.raises(Invalid) as refused:
        provider().check("https://push.example.net/1", {"p256dh": "a", "auth": "b"})

    assert [error.pointer for error in refused.value.errors] == ["/subscription"]
