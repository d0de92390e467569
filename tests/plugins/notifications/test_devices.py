"""Devices are registered by the session signed in on them, and get push as long as that lives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.testing import race
from plugins.notifications.api import Outcome
from plugins.notifications.models import Device
from plugins.notifications.services import deliveries, dispatch, expansion
from plugins.notifications.services.housekeeping import erase_own, export_own

PLUGINS = ("letters",)
SETTINGS = {"notifications": {"max_devices": 3}}
PATH = "/v1/notifications/devices"
SUBSCRIPTION = {
    "endpoint": "https://push.example.net/send/1",
    "expirationTime": None,
    "keys": {"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx", "auth": "BTBZMqHH6r4Tts7J_aSIgg"},
}


@pytest.fixture
def ada(client, person):
    return client.as_user(person(email=None))


@pytest.fixture
def register():
    def do(who, token="token-1", **about):
        answer = who.post(PATH, {"provider": "bell", "token": token, **about})
        assert answer.status == 200, answer.json
        return answer.json

    return do


@pytest.fixture
def ring(post, work):
    """Send everywhere and let the workers run."""

    def do(who, **options):
        post(who.user_id, "everywhere", text="Ring ring", **options)
        work()

    return do


def rung(provider):
    return sorted(message.token for message in provider("bell").messages)


def test_a_registered_device_gets_push_and_a_person_sees_where(ada, register, ring, provider, client, log):
    made = register(ada, platform="android", app_version="2.1", locale="pt-BR")

    ring(ada, url="/rooms/1", topic="room:1")

    [message] = provider("bell").messages
    assert (message.token, message.body, message.tag) == ("token-1", "Ring ring", "room:1")
    assert message.data["url"] == "/rooms/1"
    assert message.data["notification_id"] == ada.get("/v1/notifications").json["items"][0]["id"]
    assert [one.language for one in log(channel="push")] == ["pt-BR"]
    assert [one["id"] for one in ada.get(PATH).json["items"]] == [made["id"]]
    assert "token" not in made
    assert client.as_user().get(PATH).json["items"] == []


def test_registering_again_renews_the_same_device(ada, register, ring, provider, clock):
    once = register(ada, app_version="1.0")
    clock.advance(timedelta(minutes=5))

    again = register(ada, app_version="1.1")
    ring(ada)

    assert again["id"] == once["id"]
    assert (again["app_version"], again["created_at"]) == ("1.1", once["created_at"])
    assert again["registered_at"] > once["registered_at"]
    assert rung(provider) == ["token-1"]


def test_a_browser_gives_its_subscription_as_it_is(ada, ring, mailbox, post, work):
    answer = ada.post(PATH, {"provider": "mailbox", "subscription": SUBSCRIPTION})
    ring(ada)

    assert (answer.status, answer.json["platform"], answer.json["expires_at"]) == (200, "web", None)
    assert [one["channel"] for one in mailbox(SUBSCRIPTION["endpoint"])] == ["push"]


def test_an_expired_subscription_gets_nothing(ada, ring, mailbox, clock):
    ends = int((clock.now() + timedelta(hours=1)).timestamp() * 1000)
    ada.post(PATH, {"provider": "mailbox", "subscription": {**SUBSCRIPTION, "expirationTime": ends}})

    clock.advance(timedelta(hours=2))
    ring(ada)

    assert mailbox(SUBSCRIPTION["endpoint"]) == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"provider": "bell"}, "/token"),
        ({"provider": "bell", "token": "a", "subscription": SUBSCRIPTION}, "/token"),
        ({"provider": "gong", "token": "a"}, "/provider"),
        ({"provider": "bell", "token": "broken"}, "/token"),
        ({"provider": "bell", "token": "a b"}, "/token"),
        ({"provider": "bell", "token": "a" * 2049}, "/token"),
        ({"provider": "bell", "token": "a", "platform": "toaster"}, "/platform"),
        ({"provider": "bell", "token": "a", "locale": "../de"}, "/locale"),
        ({"provider": "bell", "token": "a", "app_version": "1\0"}, "/app_version"),
        (
            {"provider": "bell", "subscription": {**SUBSCRIPTION, "expirationTime": 1}},
            "/subscription/expirationTime",
        ),
        (
            {"provider": "bell", "subscription": {**SUBSCRIPTION, "keys": {"auth": "a"}}},
            "/subscription/keys/p256dh",
        ),
    ],
)
def test_what_cannot_be_a_device_is_refused_by_field(ada, body, pointer):
    answer = ada.post(PATH, body)

    assert answer.status == 422
    assert pointer in [one["pointer"] for one in answer.json["errors"]]
    assert Device.select().count() == 0


def test_a_token_belongs_to_whoever_registered_it_last(
    ada, client, person, register, post, work, provider, clock
):
    old = register(ada)
    post(ada.user_id, "everywhere", text="For Ada")
    expansion.expand_due()
    clock.advance(timedelta(seconds=11))

    bob = client.as_user(person(email=None))
    new = register(bob)
    work()
    post(ada.user_id, "everywhere", text="For Ada again")
    post(bob.user_id, "everywhere", text="For Bob")
    work()

    assert [one.body for one in provider("bell").messages] == ["For Bob"]
    assert new["id"] != old["id"]
    assert ada.delete(f"{PATH}/{old['id']}").status == 404
    assert ada.delete(f"{PATH}/{new['id']}").status == 404
    assert bob.delete(f"{PATH}/{new['id']}").status == 204


@pytest.mark.parametrize("end", ["logout", "everywhere", "banned", "suspended", "deleted"])
def test_who_is_signed_out_gets_nothing_more_not_even_what_waits(
    app, ada, register, post, work, provider, log, clock, end
):
    register(ada)
    post(ada.user_id, "everywhere", text="waiting")
    expansion.expand_due()
    clock.advance(timedelta(seconds=11))

    if end == "logout":
        app.auth.revoke_session(ada.session_id)
    elif end == "everywhere":
        app.auth.revoke_all(ada.user_id)
    else:
        app.auth.set_status(ada.user_id, end)
    work()
    post(ada.user_id, "everywhere", text="new")
    work()

    assert provider("bell").messages == []
    assert [(one.state, one.reason) for one in log(channel="push")] == [
        ("suppressed", "the device is signed out or gone")
    ]


def test_the_other_devices_of_a_person_go_on(app, ada, client, register, ring, provider):
    register(ada, "phone")
    register(client.as_user(ada.user_id), "tablet")

    app.auth.revoke_session(ada.session_id)
    ring(ada)

    assert rung(provider) == ["tablet"]


def test_a_sign_in_that_lapsed_still_rings_and_who_signed_out_is_forgotten(
    app, ada, client, register, ring, provider, clock
):
    register(ada, "lapsed")
    out = client.as_user(ada.user_id)
    register(out, "signed-out")
    app.auth.revoke_session(out.session_id)

    clock.advance(timedelta(days=8))
    ring(ada)

    assert rung(provider) == ["lapsed"]
    assert [one.token for one in Device.select()] == ["lapsed"]


def test_a_device_its_service_calls_gone_is_forgotten(ada, register, ring, provider, log):
    register(ada, "dead")
    register(ada, "alive")
    provider("bell").answer = lambda message: (
        Outcome(message.id, "refused", reason="unregistered", gone=True)
        if message.token == "dead"
        else Outcome(message.id, "sent", "1")
    )

    ring(ada)
    ring(ada)

    assert [one.token for one in Device.select()] == ["alive"]
    assert rung(provider) == ["alive", "alive", "dead"]
    assert sorted(one.state for one in log(channel="push")) == ["failed", "sent", "sent"]


def test_what_is_refused_for_its_content_keeps_the_device(ada, register, ring, provider):
    register(ada)
    provider("bell").answer = lambda message: Outcome(message.id, "refused", reason="too large")

    ring(ada)

    assert Device.select().count() == 1


def test_a_device_registered_again_while_its_end_was_told_stays(app, ada, register, post, clock):
    register(ada)
    post(ada.user_id, "everywhere", text="Ring")
    expansion.expand_due()
    [claimed] = deliveries.claim("push")
    held = dispatch.devices.reachable([claimed])[claimed.id]

    clock.advance(timedelta(seconds=1))
    register(ada)
    dispatch.devices.forget(held)

    assert Device.select().count() == 1


def test_the_longest_unused_device_makes_room(ada, register, clock):
    for number in range(5):
        clock.advance(timedelta(seconds=1))
        register(ada, f"token-{number}")

    assert [one.token for one in Device.select().order_by(Device.token)] == ["token-2", "token-3", "token-4"]


def test_devices_registered_at_once_keep_within_the_number(app, ada, client):
    def run(number):
        def do():
            one = client.as_user(ada.user_id)
            assert one.post(PATH, {"provider": "bell", "token": f"token-{number % 6}"}).status == 200
            app.db.release()

        return do

    race(*[run(number) for number in range(12)])

    assert Device.select().count() == 3


def test_a_token_that_several_register_at_once_is_one_persons(app, client, person, ring, provider):
    people = [client.as_user(person(email=None)) for _ in range(6)]

    def register(one):
        def do():
            answer = one.post(PATH, {"provider": "bell", "token": "shared"})
            app.db.release()
            return answer.status

        return do

    statuses = race(*[register(one) for one in people])
    for one in people:
        ring(one)

    assert statuses == [200] * 6
    assert Device.select().count() == 1
    assert rung(provider) == ["shared"]


def test_a_device_nobody_renews_is_forgotten(app, ada, register, work, clock):
    Device.create(user_id=ada.user_id, provider="bell", token="old", registered_at=clock.now())
    clock.advance(timedelta(days=269))
    work()
    before = Device.select().count()

    clock.advance(timedelta(days=2))
    work()

    assert (before, Device.select().count()) == (1, 0)


def test_an_api_key_registers_no_device(app, ada, client):
    _, key = app.auth.api_keys.create(ada.user_id, "robot")

    answer = client.with_token(key).post(PATH, {"provider": "bell", "token": "a"})

    assert answer.status == 403


def test_personal_data_includes_devices_and_goes_with_the_account(app, ada, register):
    register(ada, "token-1", platform="ios")

    exported = export_own(ada.user_id)["devices"]
    with app.db.atomic():
        erase_own(ada.user_id)

    assert [(one["token"], one["platform"]) for one in exported] == [("token-1", "ios")]
    assert Device.select().count() == 0
