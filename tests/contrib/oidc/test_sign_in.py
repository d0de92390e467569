"""Sign-in with an external identity, from the button to the tokens."""

from __future__ import annotations

from functools import partial
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pyotp
import pytest

from kernel.testing import race
from tests.contrib.oidc.conftest import PASSWORD, REDIRECT


def verify(client, email):
    client.app.db.execute_sql(
        "UPDATE accounts_user SET email_verified_at = now() WHERE email_key = %s", (email,)
    )


def test_the_providers_are_listed_for_buttons(client):
    assert client.get("/v1/auth/oidc/providers").json == {
        "items": [{"name": "acme", "title": "Acme"}],
        "next": None,
    }


def test_the_browser_is_sent_with_state_nonce_and_pkce(browser):
    started = browser.start()

    query = parse_qs(urlsplit(started["authorization_url"]).query)
    assert query["scope"] == ["openid email profile"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [REDIRECT]
    assert query["state"] == [started["state"]]
    assert {"nonce", "code_challenge"} <= query.keys()
    assert started["flow_token"] not in started["authorization_url"]


def test_the_first_sign_in_opens_an_account_and_the_next_finds_it(browser):
    first, second = browser.sign_in(), browser.sign_in()

    assert first.status == second.status == 200
    user = first.json["user"]
    assert (user["name"], user["email"], user["email_verified"]) == (
        "Ada Lovelace",
        "ada@idp.example.com",
        True,
    )
    assert user["has_password"] is False
    assert second.json["user"]["id"] == user["id"]


def test_a_verified_address_links_to_the_verified_account(browser, register, client):
    ada = register()
    verify(client, "ada@idp.example.com")

    assert browser.sign_in().json["user"]["id"] == ada["user"]["id"]


def test_an_account_whose_address_nobody_verified_is_not_handed_over(browser, register):
    register()  # an attacker registers the victim's address and waits

    answer = browser.sign_in()

    assert (answer.status, answer.problem) == (409, "email-taken")


def test_an_address_the_provider_does_not_vouch_for_links_to_nothing(browser, register, client, provider):
    ada = register()
    verify(client, "ada@idp.example.com")
    provider.person["email_verified"] = False

    answer = browser.sign_in()

    assert answer.status == 200
    assert answer.json["user"]["id"] != ada["user"]["id"]
    assert answer.json["user"]["email"] is None


def test_claims_missing_from_the_token_come_from_userinfo(browser, provider):
    provider.in_userinfo = True

    answer = browser.sign_in()

    assert answer.json["user"]["email"] == "ada@idp.example.com"
    assert "GET /userinfo" in provider.requests


def test_an_identity_is_linked_and_unlinked_by_its_owner(browser, register, client):
    ada = register("ada@example.com")
    mine = client.with_token(ada["access_token"])

    linked = browser.finish(browser.back(browser.start(mine, link=True)), mine, "link")
    signed_in = browser.sign_in()

    assert linked.status == 201
    assert signed_in.json["user"]["id"] == ada["user"]["id"]
    identity = mine.get("/v1/auth/identities").json["items"][0]
    assert identity["provider"] == "acme"
    assert mine.delete(f"/v1/auth/identities/{identity['id']}").status == 204
    assert browser.sign_in().json["user"]["id"] != ada["user"]["id"]


def test_an_identity_of_another_account_is_not_linked(browser, register, client):
    browser.sign_in()
    mine = client.with_token(register("ben@example.com")["access_token"])

    answer = browser.finish(browser.back(browser.start(mine, link=True)), mine, "link")

    assert (answer.status, answer.problem) == (409, "identity-taken")


def test_the_only_way_to_sign_in_stays(browser, client):
    mine = client.with_token(browser.sign_in().json["access_token"])
    identity = mine.get("/v1/auth/identities").json["items"][0]

    answer = mine.delete(f"/v1/auth/identities/{identity['id']}")

    assert (answer.status, answer.problem) == (409, "last-sign-in-method")


def test_another_persons_identity_is_unknown(browser, register, client):
    hers = client.with_token(browser.sign_in().json["access_token"])
    identity = hers.get("/v1/auth/identities").json["items"][0]["id"]
    mine = client.with_token(register("ben@example.com")["access_token"])

    assert mine.delete(f"/v1/auth/identities/{identity}").status == 404


@pytest.mark.settings(accounts={"external_registration": False})
def test_where_the_profile_forbids_it_no_account_is_opened(browser, client):
    answer = browser.sign_in()

    assert (answer.status, answer.problem) == (401, "provider-refused")
    assert client.app.db.rows("SELECT 1 FROM accounts_user") == []


def test_a_banned_account_gets_no_session_from_outside(browser, client):
    user = browser.sign_in().json["user"]
    client.app.auth.set_status(UUID(user["id"]), "banned")

    assert browser.sign_in().problem == "account-banned"


def test_only_redirect_uris_of_the_product_are_taken(client):
    for uri in (
        "https://evil.example/",
        "javascript:alert(1)",
        "//evil.example",
        "http://localhost.evil.example/",
    ):
        answer = client.post("/v1/auth/oidc/acme/authorize", {"redirect_uri": uri})

        assert answer.status == 422, uri
        assert list(answer.faults) == ["/redirect_uri"]


def test_an_unknown_provider_is_not_found(client):
    assert client.post("/v1/auth/oidc/nobody/authorize", {"redirect_uri": REDIRECT}).status == 404


def test_a_second_factor_is_asked_for_after_the_provider_too(browser, register, client):
    ada = register()
    verify(client, "ada@idp.example.com")
    mine = client.with_token(ada["access_token"])
    secret = mine.post("/v1/auth/mfa/enrol", {"password": PASSWORD}).json["secret"]
    recovery = mine.post("/v1/auth/mfa/confirm", {"code": pyotp.TOTP(secret).at(client.app.clock.now())}).json

    answer = browser.sign_in()

    assert answer.problem == "mfa-required"
    finish = {"mfa_token": answer.json["mfa_token"], "code": recovery["recovery_codes"][0]}
    assert client.post("/v1/auth/mfa/verify", finish).status == 200


def test_another_identity_of_the_provider_does_not_replace_the_first(browser, provider):
    browser.sign_in()
    provider.person = {**provider.person, "sub": "another-subject"}

    answer = browser.sign_in()

    assert (answer.status, answer.problem) == (409, "identity-taken")


def test_two_tabs_at_the_first_sign_in_open_one_account(browser, client):
    backs = [browser.back(browser.start()) for _ in range(4)]

    outcomes = race(*[partial(browser.finish, back, client.unchecked()) for back in backs])

    assert [answer.status for answer in outcomes] == [200] * 4
    assert len({answer.json["user"]["id"] for answer in outcomes}) == 1
