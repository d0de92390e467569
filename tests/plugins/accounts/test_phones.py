"""Phone numbers: verify one, sign in with a code."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.plugins.accounts.conftest import PASSWORD

PLUGINS = ("accounts",)
NUMBER = "+14155552671"


@pytest.fixture
def reachable(member, sms):
    """Ada with a verified number."""
    ada = member()
    ada.client.post("/v1/auth/phone", {"phone": "(415) 555-2671"})
    answer = ada.client.post("/v1/auth/phone/verify", {"phone": NUMBER, "code": sms(NUMBER)})
    assert answer.status == 200
    return ada


def test_a_number_is_kept_in_one_form_once_it_is_verified(reachable, types):
    profile = reachable.client.get("/v1/auth/profile").json

    assert (profile["phone"], profile["phone_verified"]) == (NUMBER, True)
    assert "user.phone_verified" in types()


@pytest.mark.parametrize("phone", ["12", "not a number", "+999999999999999", "+1415555267100000000"])
def test_what_cannot_be_dialled_is_no_number(member, phone):
    answer = member().client.post("/v1/auth/phone", {"phone": phone})

    assert answer.status == 422
    assert list(answer.faults) == ["/phone"]


def test_a_code_for_one_number_or_person_verifies_no_other(member, sms):
    ada, ben = member(), member("ben@example.com", "Ben")
    ada.client.post("/v1/auth/phone", {"phone": NUMBER})
    code = sms(NUMBER)

    other_number = ada.client.post("/v1/auth/phone/verify", {"phone": "+14155552672", "code": code})
    other_person = ben.client.post("/v1/auth/phone/verify", {"phone": NUMBER, "code": code})

    assert other_number.problem == other_person.problem == "invalid-token"


def test_a_code_bears_a_few_wrong_guesses_only(member, sms):
    ada = member()
    ada.client.post("/v1/auth/phone", {"phone": NUMBER})
    code = sms(NUMBER)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert ada.client.post("/v1/auth/phone/verify", {"phone": NUMBER, "code": wrong}).status == 400

    assert ada.client.post("/v1/auth/phone/verify", {"phone": NUMBER, "code": code}).status == 400


def test_a_number_belongs_to_one_account(reachable, member, sms):
    ben = member("ben@example.com", "Ben")
    ben.client.post("/v1/auth/phone", {"phone": NUMBER})

    answer = ben.client.post("/v1/auth/phone/verify", {"phone": NUMBER, "code": sms(NUMBER)})

    assert (answer.status, answer.problem) == (409, "phone-taken")


def test_a_code_signs_in_once(reachable, client, sms):
    client.post("/v1/auth/otp/request", {"phone": NUMBER})
    code = sms(NUMBER)

    first = client.post("/v1/auth/otp/login", {"phone": NUMBER, "code": code})
    again = client.post("/v1/auth/otp/login", {"phone": NUMBER, "code": code})

    assert [first.status, again.status] == [200, 400]
    assert first.json["user"]["id"] == reachable.id


def test_a_number_and_the_password_sign_in(reachable, client):
    assert client.post("/v1/auth/login", {"phone": "415-555-2671", "password": PASSWORD}).status == 200


def test_a_code_expires(reachable, client, sms, clock):
    client.post("/v1/auth/otp/request", {"phone": NUMBER})
    code = sms(NUMBER)
    clock.advance(timedelta(minutes=10, seconds=1))

    assert client.post("/v1/auth/otp/login", {"phone": NUMBER, "code": code}).status == 400


def test_an_unknown_number_answers_alike_and_gets_nothing(reachable, client, mail):
    known = client.post("/v1/auth/otp/request", {"phone": NUMBER})
    unknown = client.post("/v1/auth/otp/request", {"phone": "+14155552699"})

    assert (known.status, known.json) == (unknown.status, unknown.json)
    assert mail("+14155552699") == []
    assert (
        client.post("/v1/auth/otp/login", {"phone": "+14155552699", "code": "123456"}).problem
        == "invalid-token"
    )


@pytest.mark.settings(accounts={"phone_registration": True})
def test_where_the_profile_allows_a_code_opens_an_account(client, sms, types):
    client.post("/v1/auth/otp/request", {"phone": NUMBER})

    answer = client.post("/v1/auth/otp/login", {"phone": NUMBER, "code": sms(NUMBER), "name": "Ada"})

    assert answer.status == 200
    assert answer.json["user"]["name"] == "Ada"
    assert (answer.json["user"]["email"], answer.json["user"]["has_password"]) == (None, False)
    assert types() == ["user.registered", "session.opened"]


@pytest.mark.settings(accounts={"phone_registration": True})
def test_the_last_way_in_cannot_be_removed(client, sms):
    client.post("/v1/auth/otp/request", {"phone": NUMBER})
    ada = client.post("/v1/auth/otp/login", {"phone": NUMBER, "code": sms(NUMBER)}).json

    answer = client.with_token(ada["access_token"]).delete("/v1/auth/phone")

    assert (answer.status, answer.problem) == (409, "last-sign-in-method")


@pytest.mark.settings(accounts={"phone_registration": True})
def test_without_a_password_a_code_by_sms_steps_up(client, sms):
    client.post("/v1/auth/otp/request", {"phone": NUMBER})
    ada = client.post("/v1/auth/otp/login", {"phone": NUMBER, "code": sms(NUMBER)}).json
    session = client.with_token(ada["access_token"])

    client.post("/v1/auth/otp/request", {"phone": NUMBER})

    assert session.post("/v1/auth/step-up", {"phone_code": "000000"}).status == 400
    assert session.post("/v1/auth/step-up", {"phone_code": sms(NUMBER)}).status == 204
    assert session.delete("/v1/users/me").status == 204


def test_a_number_can_be_removed_and_taken_by_another(reachable, member, sms):
    ben = member("ben@example.com", "Ben")

    assert reachable.client.delete("/v1/auth/phone").status == 204
    ben.client.post("/v1/auth/phone", {"phone": NUMBER})

    assert ben.client.post("/v1/auth/phone/verify", {"phone": NUMBER, "code": sms(NUMBER)}).status == 200


def test_a_number_takes_a_sign_in_of_the_last_minutes_and_its_owner_is_told(member, mail, sms, clock):
    ada = member()
    clock.advance(timedelta(minutes=6))

    stale = ada.client.post("/v1/auth/phone", {"phone": NUMBER})
    ada.client.post("/v1/auth/step-up", {"password": PASSWORD})
    ada.client.post("/v1/auth/phone", {"phone": NUMBER})
    ada.client.post("/v1/auth/phone/verify", {"phone": NUMBER, "code": sms(NUMBER)})

    assert (stale.status, stale.problem) == (403, "step-up-required")
    assert f"…{NUMBER[-3:]}" in mail(ada.email)[-1]["text"]


def test_one_account_has_so_many_codes_an_hour_sent_whatever_the_numbers(member, mail):
    ada = member()
    numbers = [f"+1415555267{last}" for last in range(8)]

    for number in numbers:
        assert ada.client.post("/v1/auth/phone", {"phone": number}).status == 202

    assert sum(len(mail(number)) for number in numbers) == 5
