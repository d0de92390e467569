"""Opening an account, and verifying its address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.plugins.accounts.conftest import PASSWORD

PLUGINS = ("accounts",)
REGISTER = "/v1/auth/register"


def body(**changes):
    return {"email": "ada@example.com", "password": PASSWORD, "name": "Ada", **changes}


def test_registering_signs_in_with_bearer_tokens(client, app):
    answer = client.post(REGISTER, body())

    assert answer.status == 201
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == app.settings.auth.access_ttl
    me = client.with_token(answer.json["access_token"]).get("/v1/auth/profile")
    assert me.json == answer.json["user"]
    assert me.json["email_verified"] is False


def test_what_happens_in_the_business_is_counted_for_operators(client, app):
    def counted() -> float:
        found = re.search(
            r'stoa_events_total{type="accounts.user.registered.v1"} (\S+)', app.metrics.render().decode()
        )
        return float(found[1]) if found else 0.0

    before = counted()
    client.post(REGISTER, body())
    client.post(REGISTER, body())  # refused, so not counted

    assert counted() - before == 1


def test_one_mailbox_has_one_account_however_its_address_is_spelt(client):
    client.post(REGISTER, body(email="Ada.Lovelace@Exämple.com"))

    for spelling in (
        "ada.lovelace@exämple.com",
        "ADA.LOVELACE@XN--EXMPLE-CUA.COM",
        " ada.lovelace@EXÄMPLE.com ",
    ):
        answer = client.post(REGISTER, body(email=spelling))

        assert (answer.status, answer.problem) == (409, "email-taken"), spelling


@pytest.mark.parametrize(
    "email", ["ada", "ada@", "@example.com", "ada@localhost", "a b@example.com", "ada@exa mple.com"]
)
def test_what_no_mail_reaches_is_no_address(client, email):
    answer = client.post(REGISTER, body(email=email))

    assert answer.status == 422
    assert list(answer.faults) == ["/email"]


@pytest.mark.parametrize(
    "password",
    ["short", "password123", "PASSWORD123", "aaaaaaaaaaaa", "ada@example.com", "x" * 129, "iloveyou1"],
)
def test_a_password_that_would_be_guessed_is_refused(client, password):
    answer = client.post(REGISTER, body(password=password))

    assert answer.status == 422
    assert list(answer.faults) == ["/password"]


def test_a_password_is_the_same_in_every_unicode_form(client):
    client.post(REGISTER, body(password="caf\u00e9-harbour-71"))

    answer = client.post("/v1/auth/login", {"email": "ada@example.com", "password": "cafe\u0301-harbour-71"})

    assert answer.status == 200


@pytest.mark.parametrize("name", ["", "   ", "two\nlines", "x" * 101])
def test_a_name_is_one_line_of_visible_text(client, name):
    answer = client.post(REGISTER, body(name=name))

    assert answer.status == 422
    assert list(answer.faults) == ["/name"]


def test_unknown_fields_are_named(client):
    answer = client.post(REGISTER, body(role="admin"))

    assert answer.faults.keys() == {"/role"}


def test_the_link_in_the_welcome_verifies_the_address(member, link, client, types):
    ada = member()

    answer = client.post("/v1/auth/verify-email", {"token": link("ada@example.com")})

    assert answer.json["email_verified"] is True
    assert ada.client.get("/v1/auth/profile").json["email_verified"] is True
    assert types() == ["user.registered", "session.opened", "user.email_verified"]


def test_a_verification_link_works_once(member, link, client):
    member()
    token = link("ada@example.com")
    client.post("/v1/auth/verify-email", {"token": token})

    again = client.post("/v1/auth/verify-email", {"token": token})

    assert (again.status, again.problem) == (400, "invalid-token")


def test_a_verification_link_expires(member, link, client, clock, app):
    member()
    token = link("ada@example.com")
    clock.advance(timedelta(days=2, seconds=1))

    answer = client.post("/v1/auth/verify-email", {"token": token})

    assert answer.status == 400


def test_a_second_link_replaces_the_first(member, link, client):
    ada = member()
    first = link("ada@example.com")

    assert ada.client.post("/v1/auth/verify-email/request").status == 202
    second = link("ada@example.com")

    assert client.post("/v1/auth/verify-email", {"token": first}).status == 400
    assert client.post("/v1/auth/verify-email", {"token": second}).status == 200


def test_a_verified_address_gets_no_more_links(member, link, mail, client):
    ada = member()
    client.post("/v1/auth/verify-email", {"token": link("ada@example.com")})

    ada.client.post("/v1/auth/verify-email/request")

    assert len(mail("ada@example.com")) == 1


def test_one_address_gets_a_few_links_an_hour(member, mail, app):
    ada = member()

    for _ in range(8):
        assert ada.client.post("/v1/auth/verify-email/request").status == 202

    assert len(mail("ada@example.com")) == 1 + app.settings.accounts.messages_per_hour


@pytest.mark.parametrize("token", ["x", "0" * 43, "a.b", "\u00e9", "%00", "x" * 1024])
def test_an_invented_token_verifies_nothing(client, token):
    answer = client.post("/v1/auth/verify-email", {"token": token})

    assert (answer.status, answer.problem) == (400, "invalid-token")
