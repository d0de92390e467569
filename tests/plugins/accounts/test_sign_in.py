"""Signing in, refreshing, signing out; sessions and devices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from kernel.storage import count_statements
from tests.plugins.accounts.conftest import PASSWORD

PLUGINS = ("accounts",)
LOGIN = "/v1/auth/login"


def credentials(**changes):
    return {"email": "ada@example.com", "password": PASSWORD, **changes}


def test_the_right_password_opens_a_session(member, client):
    member()

    answer = client.post(LOGIN, credentials(email="ADA@EXAMPLE.COM"))

    assert answer.status == 200
    assert answer.json.keys() >= {
        "user",
        "access_token",
        "refresh_token",
        "token_type",
        "expires_in",
        "session_id",
    }


def test_stale_credentials_keep_nobody_from_getting_new_ones(member, client):
    tokens = member().answer
    stale = client.with_token("expired.access.token")

    answers = [
        stale.post(LOGIN, credentials()),
        stale.post("/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]}),
        stale.post("/v1/auth/register", credentials(email="bo@example.com", name="Bo")),
        stale.post("/v1/auth/forgot-password", {"email": "ada@example.com"}),
        stale.post("/v1/auth/reset-password", {"token": "unknown", "password": PASSWORD}),
    ]

    assert [answer.status for answer in answers] == [200, 200, 201, 202, 400]
    assert stale.get("/v1/auth/profile").status == 401


def test_an_unknown_address_and_a_wrong_password_answer_alike(member, client):
    member()

    wrong = client.post(LOGIN, credentials(password="violet-harbour-72"))
    unknown = client.post(LOGIN, credentials(email="nobody@example.com"))
    nonsense = client.post(LOGIN, credentials(email="no address"))

    for answer in (wrong, unknown, nonsense):
        assert (answer.status, answer.problem) == (401, "invalid-credentials")
    assert len({(one.json["title"], one.json.get("detail")) for one in (wrong, unknown, nonsense)}) == 1


def test_an_unknown_address_costs_the_work_a_wrong_password_does(member, client):
    member()

    def statements(**changes):
        with count_statements() as count:
            client.post(LOGIN, credentials(password="violet-harbour-72", **changes))
        return count.statements

    assert statements() == statements(email="nobody@example.com")


def test_exactly_one_of_address_and_number_is_needed(client):
    both = client.post(LOGIN, credentials(phone="+14155552671"))
    neither = client.post(LOGIN, {"password": PASSWORD})

    assert both.status == neither.status == 422


@pytest.mark.settings(http={"rate_limits": True}, auth={"login_attempts": 3})
@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_guessing_at_one_account_is_slowed_down_whether_or_not_it_exists(member, client, email):
    member()
    for _ in range(3):
        assert client.post(LOGIN, credentials(email=email, password="wrong-guess-1")).status == 401

    answer = client.post(LOGIN, credentials(email=email))

    assert answer.status == 429
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.settings(http={"rate_limits": True}, auth={"login_attempts": 3})
def test_waiting_lets_the_owner_in_again(member, client, clock):
    member()
    for _ in range(3):
        client.post(LOGIN, credentials(password="wrong-guess-1"))
    refused = client.post(LOGIN, credentials())

    clock.advance(timedelta(seconds=int(refused.headers["retry-after"])))

    assert client.post(LOGIN, credentials()).status == 200


@pytest.mark.settings(http={"rate_limits": True}, auth={"login_attempts": 3})
def test_signing_in_rightly_costs_no_attempt(member, client):
    member()

    statuses = [client.post(LOGIN, credentials()).status for _ in range(8)]

    assert statuses == [200] * 8


def test_a_refresh_token_is_spent_once_and_its_return_ends_the_session(member, client):
    ada = member()
    first = ada.answer["refresh_token"]
    renewed = client.post("/v1/auth/refresh", {"refresh_token": first})

    reused = client.post("/v1/auth/refresh", {"refresh_token": first})

    assert renewed.status == 200
    assert (reused.status, reused.problem) == (401, "refresh-token-reused")
    assert client.with_token(renewed.json["access_token"]).get("/v1/auth/profile").status == 401


def test_signing_out_ends_this_session_only(member, client):
    ada = member()
    other = client.with_token(client.post(LOGIN, credentials()).json["access_token"])

    assert ada.client.post("/v1/auth/logout").status == 204

    assert ada.client.get("/v1/auth/profile").status == 401
    assert other.get("/v1/auth/profile").status == 200
    assert client.post("/v1/auth/refresh", {"refresh_token": ada.answer["refresh_token"]}).status == 401


def test_signing_out_everywhere_ends_every_session(member, client):
    ada = member()
    other = client.with_token(client.post(LOGIN, credentials()).json["access_token"])

    assert other.post("/v1/auth/logout-all").status == 204

    assert [each.get("/v1/auth/profile").status for each in (ada.client, other)] == [401, 401]


def test_devices_are_listed_and_one_can_be_signed_out(member, client):
    ada = member(device_name="Ada's laptop")
    phone = client.post(LOGIN, credentials(device_name="Ada's phone")).json

    listed = ada.client.get("/v1/auth/sessions").json["items"]

    assert {one["device"]: one["current"] for one in listed} == {"Ada's laptop": True, "Ada's phone": False}
    assert ada.client.delete(f"/v1/auth/sessions/{phone['session_id']}").status == 204
    assert client.with_token(phone["access_token"]).get("/v1/auth/profile").status == 401
    assert len(ada.client.get("/v1/auth/sessions").json["items"]) == 1


def test_nobody_signs_out_another_persons_device(member):
    ada, ben = member(), member("ben@example.com", "Ben")

    answer = ben.client.delete(f"/v1/auth/sessions/{ada.answer['session_id']}")

    assert answer.status == 404
    assert ada.client.get("/v1/auth/profile").status == 200


def test_a_new_device_is_announced_and_a_known_one_is_not(member, client, mail):
    member(device_id="laptop-1")
    client.post(LOGIN, credentials(device_id="laptop-1"))
    before = len(mail("ada@example.com"))

    client.post(LOGIN, credentials(device_id="phone-1", device_name="Ada's <phone>"))
    client.post(LOGIN, credentials(device_id="phone-1", device_name="Ada's <phone>"))

    messages = mail("ada@example.com")[before:]
    assert len(messages) == 1
    assert "Ada's <phone>" in messages[0]["text"]


def test_a_hash_of_other_parameters_is_renewed_at_sign_in(member, client, app):
    member()
    app.db.execute_sql("UPDATE accounts_user SET password_hash = %s", (_older_hash(PASSWORD),))

    assert client.post(LOGIN, credentials()).status == 200

    [(stored,)] = app.db.rows("SELECT password_hash FROM accounts_user")
    assert not app.auth.passwords.needs_rehash(stored)
    assert client.post(LOGIN, credentials()).status == 200


def _older_hash(password):
    return PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(password)
