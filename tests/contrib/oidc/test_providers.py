"""Providers that are not plain OpenID Connect, through their presets."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from kernel.testing.client import Client
from tests.contrib.oidc.conftest import Browser
from tests.contrib.oidc.provider import CLIENT_ID, CLIENT_SECRET

TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"


@pytest.fixture
def preset(make_app, provider):
    """Sign in with a preset whose addresses are those of the local provider."""

    def browser(name, **table):
        registration = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **table}
        return Browser(Client(make_app("oidc", oidc={"providers": {name: registration}})), provider, name)

    return browser


@pytest.fixture
def oauth2(preset, provider):
    """An OAuth 2.0 preset with its endpoints on the local provider."""

    def browser(name, **table):
        endpoints = {
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{provider.issuer}/token",
            "userinfo_endpoint": f"{provider.issuer}/user",
        }
        return preset(name, issuer=provider.issuer, **endpoints, **table)

    return browser


def test_github_signs_in_with_the_primary_address_it_verified(oauth2, provider):
    provider.person = {
        "id": 583231,
        "login": "octocat",
        "name": None,
        "avatar_url": "https://example.com/o.png",
    }
    provider.emails = [
        {"email": "old@example.com", "primary": False, "verified": True},
        {"email": "octocat@example.com", "primary": True, "verified": True},
    ]

    user = oauth2("github", emails_endpoint=f"{provider.issuer}/user/emails").sign_in().json["user"]

    assert (user["name"], user["email"], user["email_verified"]) == ("octocat", "octocat@example.com", True)
    assert user["avatar_url"] == "https://example.com/o.png"


def test_facebook_vouches_for_no_address(oauth2, provider):
    provider.person = {"id": "10158", "name": "Ada Lovelace", "first_name": "Ada", "email": "ada@example.com"}

    user = oauth2("facebook").sign_in().json["user"]

    assert (user["email"], user["email_verified"]) == ("ada@example.com", False)
    assert user["given_name"] == "Ada"


def test_github_says_no_with_200(oauth2, provider):
    provider.broken["/token"] = (200, b'{"error": "bad_verification_code"}')

    assert oauth2("github").sign_in().problem == "provider-refused"


@pytest.mark.parametrize("person", [{}, {"id": 0}, [], "octocat"])
def test_somebody_without_an_id_is_nobody(oauth2, provider, person):
    provider.person = person

    assert oauth2("facebook").sign_in().problem == "provider-refused"


def test_microsoft_tokens_name_their_tenant_as_issuer(preset, provider):
    provider.metadata = {
        "issuer": f"{provider.issuer}/{{tenantid}}/v2.0",
        "authorization_response_iss_parameter_supported": False,
    }
    browser = preset("microsoft", issuer=provider.issuer)
    ours = {"iss": f"{provider.issuer}/{TENANT}/v2.0", "tid": TENANT}

    def outcome(**claims):
        provider.tamper = {**ours, **claims}
        back = browser.back(browser.start())
        del back["iss"]
        return browser.finish(back)

    assert outcome().json["user"]["email_verified"] is False
    assert outcome(iss=f"{provider.issuer}/another/v2.0").problem == "provider-refused"
    assert outcome(tid=None).problem == "provider-refused"
    assert outcome(tid="x/../y").problem == "provider-refused"


def test_an_address_microsoft_did_not_verify_takes_over_no_account(preset, provider):
    """The "nOAuth" attack: a tenant's administrator writes any address into the claim."""
    browser = preset("microsoft", issuer=provider.issuer)
    victim = {"email": "ada@idp.example.com", "password": "violet-harbour-71", "name": "Ada"}
    ada = browser.client.post("/v1/auth/register", victim).json["user"]
    browser.client.app.db.execute_sql("UPDATE accounts_user SET email_verified_at = now()")

    attacker = browser.sign_in().json["user"]
    provider.tamper = {"sub": "another", "xms_edov": True}
    owner = browser.sign_in().json["user"]

    assert attacker["id"] != ada["id"]
    assert owner["id"] == ada["id"]


def test_linkedin_is_sent_neither_nonce_nor_pkce(preset, provider):
    browser = preset("linkedin", issuer=provider.issuer)
    started = browser.start()

    query = parse_qs(urlsplit(started["authorization_url"]).query)

    assert not {"nonce", "code_challenge"} & query.keys()
    assert browser.finish(browser.back(started)).status == 200


def test_the_secret_goes_into_the_form_where_basic_is_not_offered(preset, provider):
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    assert preset("acme", issuer=provider.issuer).sign_in().status == 200
