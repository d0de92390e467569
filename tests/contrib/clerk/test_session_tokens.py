"""Clerk's session tokens as credentials."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pyotp
import pytest

from tests.contrib.clerk.clerk import ADA, user
from tests.contrib.token_rules import TokenRules

PASSWORD = "violet-harbour-71"


def register(client, email="ada@example.com", *, verified=True):
    """Open an account with a password, its address verified or not; return its tokens."""
    made = client.post("/v1/auth/register", {"email": email, "password": PASSWORD, "name": "Ada"}).json
    if verified:
        client.app.db.execute_sql("UPDATE accounts_user SET email_verified_at = now()")
    return made


class TestClerkTokens(TokenRules):
    provider = "clerk"


def test_the_first_token_opens_an_account_from_the_backend_api(call, clerk):
    profile = call().json

    assert (profile["name"], profile["email"], profile["email_verified"]) == (
        "Ada Lovelace",
        "ada@example.com",
        True,
    )
    assert profile["avatar_url"] == "https://img.clerk.com/ada"
    assert clerk.requests.count(f"/v1/users/{ADA}") == 1


def test_the_next_tokens_find_the_account_and_ask_nobody(call, clerk):
    first = call().json["id"]
    asked = len(clerk.requests)

    assert call(sid="sess_2", jti="other").json["id"] == first
    assert len(clerk.requests) == asked


def test_the_principal_has_no_session_of_ours(call, clerk, client):
    call()
    headers = {"authorization": f"Bearer {clerk.token(client.app.clock.now())}"}

    principal = client.app.auth.principal_for(headers)

    assert (principal.kind, principal.session_id) == ("user", None)
    assert (principal.claims["provider"], principal.claims["sid"]) == ("clerk", "sess_1")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 1e300},
        {"iat": None},
        {"iat": 99999999999},
        {"nbf": 99999999999},
        {"azp": "https://evil.example"},
        {"azp": 7},
        {"aud": "another-service"},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "user_\n"},
        {"sid": None},
        {"sid": 7},
        {"sts": "pending"},
    ],
    ids=str,
)
def test_a_token_wrong_in_one_claim_is_refused(call, client, claims):
    answer = call(**claims)

    assert (answer.status, answer.problem) == (401, "provider-token-refused")
    assert client.app.db.rows("SELECT 1 FROM accounts_user") == []


@pytest.mark.parametrize("seconds", [60, 65])
def test_clocks_may_differ_by_seconds(call, clerk, client, clock, seconds):
    token = clerk.token(client.app.clock.now())
    clock.advance(timedelta(seconds=seconds))

    assert call(token).status == 200


def test_an_expired_token_is_refused_though_it_was_good_before(call, clerk, client, clock):
    token = clerk.token(client.app.clock.now())
    assert call(token).status == 200
    clock.advance(timedelta(seconds=71))

    assert call(token).problem == "provider-token-refused"


def test_a_native_app_has_no_origin(call):
    assert call(azp=None).status == 200


@pytest.mark.settings(clerk={"audience": "stoa"})
def test_where_an_audience_is_agreed_it_must_be_named(call):
    assert call().status == 401
    assert call(aud=["other"]).status == 401
    assert call(aud=["other", "stoa"]).status == 200


def test_our_own_tokens_go_on_beside(call, client):
    ours = register(client, "ben@example.com")

    assert call(ours["access_token"]).json["email"] == "ben@example.com"
    assert call().json["email"] == "ada@example.com"


def test_what_was_signed_out_everywhere_stays_out_until_a_new_sign_in_at_clerk(call, client, clock):
    user_id = UUID(call().json["id"])
    clock.advance(timedelta(minutes=10))
    client.app.auth.revoke_all(user_id)
    clock.advance(timedelta(minutes=5))

    assert call(fva=[15, -1]).status == 401  # a fresh token of the old session
    assert call(fva=[0, -1], sid="sess_2").status == 200


def test_a_deleted_account_does_not_come_back_by_an_old_session(call, client, clock):
    mine = call().json["id"]
    clock.advance(timedelta(minutes=10))
    assert client.as_admin().delete(f"/v1/users/{mine}").status == 204
    clock.advance(timedelta(minutes=5))

    for old in ({"fva": [15, -1]}, {"fva": None}):
        answer = call(**old)
        assert (answer.status, answer.problem) == (401, "provider-token-refused")
    assert call(fva=[0, -1]).json["id"] != mine


def test_a_verified_address_links_to_the_verified_account(call, client):
    ours = register(client)

    assert call().json["id"] == ours["user"]["id"]


@pytest.mark.parametrize(("here", "there"), [(False, True)])
def test_an_account_whose_address_nobody_verified_is_not_handed_over(call, client, clerk, here, there):
    register(client, verified=here)
    clerk.users[ADA] = user(verified=there)

    answer = call()

    assert (answer.status, answer.problem) == (401, "identity-not-linked")


def test_its_owner_links_it_with_the_token(call, client, clerk):
    ours = register(client, verified=False)
    mine = client.with_token(ours["access_token"])

    linked = mine.post("/v1/auth/external/clerk/link", {"token": clerk.token(client.app.clock.now())})

    assert (linked.status, linked.json["provider"]) == (201, "clerk")
    assert call().json["id"] == ours["user"]["id"]


def test_an_unlinked_identity_is_refused_at_once(call, client, clerk):
    ours = register(client)
    call()
    mine = client.with_token(ours["access_token"])
    [identity] = mine.get("/v1/auth/identities").json["items"]

    assert mine.delete(f"/v1/auth/identities/{identity['id']}").status == 204

    assert call().problem == "provider-token-refused"


def test_an_account_with_a_second_factor_of_ours_exchanges_the_token(call, client, clerk):
    ours = register(client)
    mine = client.with_token(ours["access_token"])
    secret = mine.post("/v1/auth/mfa/enrol", {"password": PASSWORD}).json["secret"]
    codes = mine.post("/v1/auth/mfa/confirm", {"code": pyotp.TOTP(secret).at(client.app.clock.now())}).json

    refused = call()
    assert refused.status == 401, refused.text
    body = {"token": clerk.token(client.app.clock.now())}
    asked = client.post(refused.json["exchange_at"], body)
    done = client.post(refused.json["exchange_at"], {**body, "mfa_code": codes["recovery_codes"][0]})

    assert (refused.status, refused.problem) == (401, "exchange-needed")
    assert (asked.status, asked.problem) == (401, "mfa-required")
    assert call(done.json["access_token"]).json["id"] == ours["user"]["id"]


def test_an_exchanged_token_is_a_session_among_the_others(client, clerk, call):
    answer = client.post(
        "/v1/auth/external/clerk", {"token": clerk.token(client.app.clock.now()), "device_name": "Pixel"}
    )

    mine = client.with_token(answer.json["access_token"])
    assert [one["device"] for one in mine.get("/v1/auth/sessions").json["items"]] == ["Pixel"]


def test_what_needs_a_session_of_ours_is_refused_to_a_bare_token(client, clerk, call):
    call()
    bare = client.with_token(clerk.token(client.app.clock.now()))

    assert bare.post("/v1/auth/logout").status == 403


def test_a_deactivated_account_comes_back_by_an_exchange(call, client, clerk, clock):
    user_id = UUID(call().json["id"])
    clock.advance(timedelta(minutes=10))
    client.with_token(
        client.post("/v1/auth/external/clerk", {"token": clerk.token(client.app.clock.now())}).json[
            "access_token"
        ]
    ).post("/v1/users/me/deactivate", {})
    client.app.db.execute_sql("UPDATE accounts_user SET deactivated_at = now() WHERE id = %s", (user_id,))
    clock.advance(timedelta(minutes=5))

    assert call().problem == "exchange-needed"
    assert client.post("/v1/auth/external/clerk", {"token": clerk.token(clock.now())}).status == 200
    assert call().status == 200


def test_an_unknown_provider_is_not_found(client):
    assert client.post("/v1/auth/external/nobody", {"token": "x"}).status == 404


@pytest.mark.settings(accounts={"external_registration": False})
def test_where_the_profile_forbids_it_no_account_is_opened(call, client):
    answer = call()

    assert (answer.status, answer.problem) == (401, "provider-refused")
    assert client.app.db.rows("SELECT 1 FROM accounts_user") == []


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((404, {}, b"{}"), 401),
        ((401, {}, b"{}"), 503),
        ((429, {}, b"{}"), 503),
        ((500, {}, b"oops"), 503),
        ((302, {"Location": "/elsewhere"}, b""), 503),
        ((200, {}, b"<html>"), 503),
        ((200, {}, b"[]"), 503),
        ((200, {}, b'{"id": "user_somebody_else"}'), 503),
        ((200, {}, b'"' + b"x" * (2 << 20) + b'"'), 503),
    ],
)
def test_without_the_backend_api_no_account_is_opened(call, clerk, client, answer, status):
    clerk.broken[f"/v1/users/{ADA}"] = answer

    assert call().status == status
    assert client.app.db.rows("SELECT 1 FROM accounts_user") == []


def test_a_user_object_of_any_shape_does_no_harm(call, clerk):
    clerk.users[ADA] = {
        "id": ADA, "first_name": 7, "email_addresses": [1, {"id": "a"}, None],
        "primary_email_address_id": "a", "phone_numbers": {}, "image_url": [], "has_image": True,
    }  # fmt: skip

    profile = call().json

    assert (profile["name"], profile["email"]) == ("New member", None)


def test_an_unverified_address_is_kept_as_such(call, clerk):
    clerk.users[ADA] = user(verified=False)

    assert call().json["email_verified"] is False
