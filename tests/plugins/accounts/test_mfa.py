"""Second factors: enrol, sign in with one, recover, step up, switch off."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from tests.plugins.accounts.conftest import PASSWORD

PLUGINS = ("accounts",)
LOGIN = {"email": "ada@example.com", "password": PASSWORD}


@pytest.fixture
def guarded(member, clock):
    """Ada with a second factor on: the member, the authenticator's code, the recovery codes."""
    ada = member()
    secret = ada.client.post("/v1/auth/mfa/enrol", {"password": PASSWORD}).json["secret"]

    def code() -> str:
        clock.advance(timedelta(seconds=30))  # each code is taken once, so the next one is asked for
        return pyotp.TOTP(secret).at(clock.now())

    recovery = ada.client.post("/v1/auth/mfa/confirm", {"code": code()}).json["recovery_codes"]
    return ada, code, recovery


def test_the_enrolment_uri_is_what_authenticator_apps_read(member, app):
    ada = member()

    answer = ada.client.post("/v1/auth/mfa/enrol", {"password": PASSWORD})

    parsed = pyotp.parse_uri(answer.json["otpauth_uri"])
    assert (parsed.secret, parsed.issuer, parsed.name) == (answer.json["secret"], "Stoa", "ada@example.com")


def test_enrolling_takes_the_password(member):
    ada = member()

    missing = ada.client.post("/v1/auth/mfa/enrol", {})
    wrong = ada.client.post("/v1/auth/mfa/enrol", {"password": "wrong-one-1"})

    assert list(missing.faults) == ["/password"]
    assert wrong.status == 401


def test_nothing_is_in_force_before_a_code_confirms_it(member, client):
    ada = member()
    ada.client.post("/v1/auth/mfa/enrol", {"password": PASSWORD})

    assert ada.client.post("/v1/auth/mfa/confirm", {"code": "000000"}).status == 401

    assert ada.client.get("/v1/auth/mfa").json["enabled"] is False
    assert client.post("/v1/auth/login", LOGIN).status == 200


def test_the_secret_is_not_readable_in_the_database(member, app):
    ada = member()
    secret = ada.client.post("/v1/auth/mfa/enrol", {"password": PASSWORD}).json["secret"]

    [(stored,)] = app.db.rows("SELECT secret FROM accounts_totp")

    assert secret not in stored


def test_a_password_alone_no_longer_signs_in(guarded, client):
    answer = client.post("/v1/auth/login", LOGIN)

    assert (answer.status, answer.problem) == (401, "mfa-required")
    assert answer.json["methods"] == ["totp", "recovery_code"]
    assert "access_token" not in answer.json


def test_a_code_sent_along_signs_in(guarded, client):
    _, code, _ = guarded

    assert client.post("/v1/auth/login", {**LOGIN, "mfa_code": code()}).status == 200


def test_the_mfa_token_and_a_code_finish_the_sign_in(guarded, client):
    _, code, _ = guarded
    token = client.post("/v1/auth/login", LOGIN).json["mfa_token"]

    wrong = client.post("/v1/auth/mfa/verify", {"mfa_token": token, "code": "000000"})
    right = client.post("/v1/auth/mfa/verify", {"mfa_token": token, "code": code()})
    again = client.post("/v1/auth/mfa/verify", {"mfa_token": token, "code": code()})

    assert [one.status for one in (wrong, right, again)] == [401, 200, 400]
    assert right.json["user"]["email"] == "ada@example.com"


def test_the_mfa_token_bears_a_few_wrong_codes_only(guarded, client):
    _, code, _ = guarded
    token = client.post("/v1/auth/login", LOGIN).json["mfa_token"]
    for _ in range(5):
        client.post("/v1/auth/mfa/verify", {"mfa_token": token, "code": "000000"})

    answer = client.post("/v1/auth/mfa/verify", {"mfa_token": token, "code": code()})

    assert (answer.status, answer.problem) == (400, "invalid-token")


def test_the_mfa_token_expires(guarded, client, clock):
    _, code, _ = guarded
    token = client.post("/v1/auth/login", LOGIN).json["mfa_token"]
    clock.advance(timedelta(minutes=5))

    assert client.post("/v1/auth/mfa/verify", {"mfa_token": token, "code": code()}).status == 400


def test_a_password_changed_meanwhile_voids_the_mfa_token(guarded, client):
    ada, code, _ = guarded
    token = client.post("/v1/auth/login", LOGIN).json["mfa_token"]
    ada.client.post(
        "/v1/auth/change-password", {"current_password": PASSWORD, "new_password": "amber-lantern-42"}
    )

    assert client.post("/v1/auth/mfa/verify", {"mfa_token": token, "code": code()}).status == 401


def test_a_code_is_taken_once(guarded, client):
    _, code, _ = guarded
    now = code()

    first = client.post("/v1/auth/login", {**LOGIN, "mfa_code": now})
    replayed = client.post("/v1/auth/login", {**LOGIN, "mfa_code": now})

    assert [first.status, replayed.status] == [200, 401]


def test_a_clock_half_a_minute_off_is_borne_and_more_is_not(member, client, clock):
    ada = member()
    secret = ada.client.post("/v1/auth/mfa/enrol", {"password": PASSWORD}).json["secret"]

    late = pyotp.TOTP(secret).at(clock.now() - timedelta(seconds=90))
    slow = pyotp.TOTP(secret).at(clock.now() - timedelta(seconds=30))

    assert ada.client.post("/v1/auth/mfa/confirm", {"code": late}).status == 401
    assert ada.client.post("/v1/auth/mfa/confirm", {"code": slow}).status == 200


def test_a_recovery_code_signs_in_once_however_it_is_typed(guarded, client):
    ada, _, recovery = guarded
    typed = recovery[0].lower().replace("-", " ")

    first = client.post("/v1/auth/login", {**LOGIN, "mfa_code": typed})
    again = client.post("/v1/auth/login", {**LOGIN, "mfa_code": recovery[0]})

    assert [first.status, again.status] == [200, 401]
    assert ada.client.get("/v1/auth/mfa").json == {"enabled": True, "recovery_codes_left": len(recovery) - 1}


def test_new_recovery_codes_void_the_old(guarded, client):
    ada, code, recovery = guarded

    fresh = ada.client.post("/v1/auth/mfa/recovery-codes", {"code": code()}).json["recovery_codes"]

    assert client.post("/v1/auth/login", {**LOGIN, "mfa_code": recovery[0]}).status == 401
    assert client.post("/v1/auth/login", {**LOGIN, "mfa_code": fresh[0]}).status == 200


def test_a_second_authenticator_needs_the_first_one_off(guarded):
    ada, code, _ = guarded

    refused = ada.client.post("/v1/auth/mfa/enrol", {"password": PASSWORD})
    assert (refused.status, refused.problem) == (409, "mfa-already-enabled")

    assert ada.client.post("/v1/auth/mfa/disable", {"code": code()}).status == 204
    assert ada.client.post("/v1/auth/mfa/enrol", {"password": PASSWORD}).status == 200


def test_switching_it_off_takes_a_code(guarded, client, types):
    ada, code, _ = guarded

    assert ada.client.post("/v1/auth/mfa/disable", {"code": "000000"}).status == 401
    assert ada.client.post("/v1/auth/mfa/disable", {"code": code()}).status == 204

    assert client.post("/v1/auth/login", LOGIN).status == 200
    assert types().count("user.mfa_changed") == 2


@pytest.mark.settings(http={"rate_limits": True}, auth={"login_attempts": 3})
def test_codes_cannot_be_guessed_at_will(guarded):
    ada, code, _ = guarded

    statuses = [ada.client.post("/v1/auth/mfa/disable", {"code": "000000"}).status for _ in range(4)]

    assert statuses == [401, 401, 401, 429]
    assert ada.client.post("/v1/auth/mfa/disable", {"code": code()}).status == 429


def test_stepping_up_takes_the_password_without_a_second_factor(member):
    ada = member()

    assert ada.client.delete("/v1/users/me").problem == "step-up-required"
    assert ada.client.post("/v1/auth/step-up", {"password": "wrong-one-1"}).status == 401
    assert ada.client.post("/v1/auth/step-up", {"password": PASSWORD}).status == 204
    assert ada.client.delete("/v1/users/me").status == 204


def test_stepping_up_takes_the_second_factor_when_there_is_one(guarded, client, clock):
    ada, code, _ = guarded
    clock.advance(timedelta(minutes=10))

    assert ada.client.post("/v1/auth/step-up", {"password": PASSWORD}).status == 403
    assert ada.client.post("/v1/auth/step-up", {"code": code()}).status == 204


def test_stepping_up_does_not_last(member, clock):
    ada = member()
    ada.client.post("/v1/auth/step-up", {"password": PASSWORD})
    clock.advance(timedelta(minutes=5, seconds=1))

    assert ada.client.delete("/v1/users/me").status == 403
