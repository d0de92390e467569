"""Firebase's ID tokens as credentials, and exchanged for sessions."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg2
import pytest

from kernel.testing import Client, race
from plugins.accounts import api
from tests.contrib.firebase.conftest import asking
from tests.contrib.firebase.google import CERTIFICATES, UID
from tests.contrib.token_rules import TokenRules

PHONE = {
    "email": None, "email_verified": None, "name": None, "picture": None, "phone_number": "+14155552671",
    "firebase": {"identities": {"phone": ["+14155552671"]}, "sign_in_provider": "phone"},
}  # fmt: skip


def way(provider, **more):
    return {"firebase": {"identities": {}, "sign_in_provider": provider, **more}}


class TestFirebaseTokens(TokenRules):
    provider = "firebase"


def test_the_first_token_opens_an_account_and_the_next_finds_it(call):
    profile = call().json

    assert (profile["name"], profile["email"], profile["email_verified"]) == (
        "Ada Lovelace",
        "ada@example.com",
        True,
    )
    assert profile["avatar_url"] == "https://img.example/ada"
    assert call().json["id"] == profile["id"]


def test_somebody_who_signs_in_by_phone_has_a_verified_number(call):
    profile = call(**PHONE).json

    assert (profile["phone"], profile["phone_verified"], profile["email"]) == ("+14155552671", True, None)


def test_a_number_verified_on_both_sides_is_one_account(call):
    user_id = api.create_user(name="Ada", phone="+14155552671", verified=True)

    assert call(**PHONE).json["id"] == str(user_id)


def test_a_number_nobody_verified_here_is_not_handed_over(call):
    user_id = api.create_user(name="Eve", phone="+14155552671")

    assert call(**PHONE).json["id"] != str(user_id)


@pytest.mark.parametrize("changes", [{"phone_number": "12"}, {"phone_number": 7}, {"email": "ada@localhost"}])
def test_an_address_or_number_that_is_none_is_left_out(call, changes):
    answer = call(**changes)

    assert answer.status == 200
    assert answer.json["phone"] is None


@pytest.mark.parametrize("verified", [False, "true", None, 1])
def test_only_a_plain_true_verifies_an_address(call, verified):
    assert call(email_verified=verified).json["email_verified"] is False


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-project"},
        {"aud": ["stoa-1234"]},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"iat": 99999999999},
        {"iat": None},
        {"nbf": 99999999999},
        {"auth_time": 99999999999},
        {"auth_time": None},
        {"auth_time": "now"},
        {"auth_time": True},
        {"sub": ""},
        {"sub": "x" * 129},
        {"sub": 7},
        way("anonymous"),
        way(None),
        way("google.com", tenant="tenant-1"),
        {"firebase": None},
        {"firebase": []},
    ],
    ids=str,
)
def test_a_token_wrong_in_one_claim_is_refused(call, client, claims):
    answer = call(**claims)

    assert (answer.status, answer.problem) == (401, "provider-token-refused")
    assert client.app.db.rows("SELECT 1 FROM accounts_user") == []


@pytest.mark.settings(firebase={"sign_in_providers": ["password", "anonymous"]})
def test_the_profile_may_name_the_ways_that_count(call):
    assert call(**way("google.com")).status == 401
    assert call(**way("password")).status == 200
    assert call(**way("anonymous")).status == 200


@pytest.mark.settings(firebase={"tenants": ["tenant-1"]})
def test_where_tenants_are_named_only_theirs_are_taken(call):
    assert call().status == 401
    assert call(**way("password", tenant="tenant-2")).status == 401
    assert call(**way("password", tenant="tenant-1")).status == 200


def test_a_sign_in_from_before_everything_was_signed_out_is_refused(call, google, client, clock):
    old = google.token(clock.now())
    user_id = UUID(call(old).json["id"])
    began = int(clock.now().timestamp())
    clock.advance(timedelta(seconds=5))

    client.app.auth.revoke_all(user_id)
    clock.advance(timedelta(seconds=5))

    assert call(old).status == 401
    assert call(auth_time=began).status == 401  # refreshed since, but not signed in since
    assert client.post("/v1/auth/external/firebase", {"token": old}).status == 401
    assert call().status == 200


def test_a_deleted_account_comes_back_by_a_new_sign_in_only(call, google, client, clock):
    token = google.token(clock.now())
    mine = call(token).json["id"]
    clock.advance(timedelta(seconds=5))

    client.as_admin().delete(f"/v1/users/{mine}")
    clock.advance(timedelta(seconds=5))

    assert call(token).status == 401
    assert client.post("/v1/auth/external/firebase", {"token": token}).status == 401
    assert call().json["id"] != mine


def test_an_exchanged_token_is_a_session_among_the_others(call, google, client):
    body = {"token": google.token(client.app.clock.now()), "device_name": "Pixel"}

    answer = client.post("/v1/auth/external/firebase", body)

    mine = client.with_token(answer.json["access_token"])
    assert [one["device"] for one in mine.get("/v1/auth/sessions").json["items"]] == ["Pixel"]
    assert mine.post("/v1/auth/logout").status == 204
    assert call(answer.json["access_token"]).status == 401


def test_a_second_factor_shown_at_firebase_counts_as_stepping_up(google, client):
    def recent(**claims):
        headers = {"authorization": f"Bearer {google.token(client.app.clock.now(), **claims)}"}
        return client.app.auth.has_recent_mfa(client.app.auth.principal_for(headers))

    assert recent(**way("password")) is False
    assert recent(**way("password", sign_in_second_factor="phone")) is True


def test_what_needs_a_session_says_where_to_get_one(call, google, client):
    call()

    answer = client.with_token(google.token(client.app.clock.now())).post("/v1/auth/logout")

    assert answer.status == 403
    assert "/v1/auth/external/firebase" in answer.json["detail"]


def test_of_fifty_first_requests_one_opens_the_account(server, google):
    token = google.token(datetime.now(UTC))
    headers = {"authorization": f"Bearer {token}"}

    outcomes = race(*[lambda: server.get("/v1/auth/profile", headers=headers)] * 50)

    assert Counter(answer.status for answer in outcomes) == {200: 50}
    assert len({answer.json["id"] for answer in outcomes}) == 1
    with (
        closing(psycopg2.connect(server.settings["database"]["url"])) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*), (SELECT count(*) FROM accounts_identity) FROM accounts_user")
        assert cursor.fetchall() == [(1, 1)]
    assert google.requests.count(CERTIFICATES) == 1


# -- certificates ----------------------------------------------------------------


@pytest.fixture
def fresh(make_app, google):
    """Ask an application that has read no certificates yet."""
    application = make_app("firebase", firebase=google.settings)
    ask = asking(Client(application), google)
    ask.clock = application.clock
    return ask


def test_certificates_are_used_as_long_as_google_allows(fresh, google):
    for seconds in (0, 19000, 400):
        fresh.clock.advance(timedelta(seconds=seconds))
        assert fresh().status == 200

    assert google.requests.count(CERTIFICATES) == 2


def test_a_rotated_certificate_is_found_without_a_restart(fresh, google):
    fresh()
    google.rotate()
    fresh.clock.advance(timedelta(seconds=31))

    assert fresh().status == 200


def test_while_google_is_away_the_certificates_at_hand_go_on(fresh, google):
    fresh()
    google.broken[CERTIFICATES] = (503, {}, b"")
    fresh.clock.advance(timedelta(hours=6))

    assert fresh().status == 200
    google.rotate()
    assert fresh().status == 503


@pytest.mark.parametrize("answer", [(500, {}, b""), (404, {}, b"{}"), (200, {}, b"[]"), (200, {}, b"<html>")])
def test_without_certificates_a_token_is_neither_good_nor_bad(fresh, google, answer):
    google.broken[CERTIFICATES] = answer

    assert fresh().status == 503


def test_somebody_is_known_by_the_uid(call, client):
    call()

    assert client.app.db.rows("SELECT subject FROM accounts_identity") == [(UID,)]
