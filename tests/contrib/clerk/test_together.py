"""Clerk, Firebase, OpenID Connect and our own tokens in one application."""

from __future__ import annotations

import pytest

from kernel.testing import Client
from tests.contrib.firebase.google import Google
from tests.contrib.oidc.conftest import Browser
from tests.contrib.oidc.provider import CLIENT_ID, CLIENT_SECRET, Provider

PASSWORD = "violet-harbour-71"


@pytest.fixture
def google():
    made = Google()
    yield made
    made.stop()


@pytest.fixture
def provider():
    made = Provider()
    yield made
    made.stop()


@pytest.fixture
def together(make_app, clerk, google, provider):
    """A client of an application that takes all of them."""
    table = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    application = make_app(
        "clerk",
        "firebase",
        "oidc",
        clerk=clerk.settings,
        firebase=google.settings,
        oidc={"providers": {"acme": table}},
    )
    return Client(application)


def who(client, token):
    return client.with_token(token).get("/v1/auth/profile")


def test_each_token_is_its_own_issuers(together, clerk, google, provider):
    now = together.app.clock.now()
    clerk.users["user_2"] = {"id": "user_2", "first_name": "Clara"}
    by_clerk = who(together, clerk.token(now, sub="user_2")).json
    by_firebase = who(together, google.token(now, email=None, name="Fay")).json
    provider.person = {"sub": "1", "name": "Olga"}
    by_oidc = Browser(together, provider).sign_in().json
    ours = together.post(
        "/v1/auth/register", {"email": "own@example.com", "password": PASSWORD, "name": "Otto"}
    ).json

    assert [by_clerk["name"], by_firebase["name"], by_oidc["user"]["name"]] == ["Clara", "Fay", "Olga"]
    assert who(together, ours["access_token"]).json["name"] == "Otto"
    assert who(together, by_oidc["access_token"]).json["name"] == "Olga"


def test_one_verified_address_is_one_account_whoever_vouches_for_it(together, clerk, google, provider):
    now = together.app.clock.now()
    provider.person = {"sub": "1", "name": "Ada", "email": "ada@example.com", "email_verified": True}

    found = {
        who(together, clerk.token(now)).json["id"],
        who(together, google.token(now)).json["id"],
        Browser(together, provider).sign_in().json["user"]["id"],
    }

    assert len(found) == 1


def test_the_key_of_one_signs_nothing_for_the_other(together, clerk, google):
    now = together.app.clock.now()
    crossed = [
        google.sign(clerk.claims(now)),
        clerk.sign(google.claims(now)),
        google.sign(clerk.claims(now), kid=clerk.kid),
    ]

    assert {who(together, token).status for token in crossed} == {401}


def test_a_token_is_exchanged_at_its_own_provider_only(together, clerk, google):
    now = together.app.clock.now()

    swapped = together.post("/v1/auth/external/firebase", {"token": clerk.token(now)})

    assert (swapped.status, swapped.problem) == (401, "provider-token-refused")


def test_an_access_token_of_ours_is_not_exchanged(together):
    ours = together.post(
        "/v1/auth/register", {"email": "own@example.com", "password": PASSWORD, "name": "Otto"}
    ).json

    for provider in ("clerk", "firebase"):
        answer = together.post(f"/v1/auth/external/{provider}", {"token": ours["access_token"]})
        assert answer.status == 401
