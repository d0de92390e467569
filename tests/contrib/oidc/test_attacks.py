"""What a provider, a network or another client might try."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kernel.testing.client import Client
from plugins.accounts.providers import Providers
from tests.contrib.oidc.conftest import REDIRECT, Browser
from tests.contrib.oidc.provider import CLIENT_ID, CLIENT_SECRET, Provider


def refused(answer):
    return (answer.status, answer.problem) == (401, "provider-refused")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of-another-sign-in"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"]},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"nbf": 99999999999},
        {"sub": ""},
        {"sub": "x" * 256},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    ids=str,
)
def test_an_id_token_wrong_in_one_claim_is_refused(browser, provider, client, claims):
    provider.tamper = claims

    assert refused(browser.sign_in())
    assert client.app.db.rows("SELECT 1 FROM accounts_user") == []


def test_a_token_for_several_audiences_made_for_us_is_taken(browser, provider):
    provider.tamper = {"aud": [CLIENT_ID, "another-client"], "azp": CLIENT_ID}

    assert browser.sign_in().status == 200


def unsigned(provider, claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'kid': provider.kid})}.{part(claims)}."


def signed_by_the_public_key(provider, claims):
    public = provider.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    head = json.dumps({"alg": "HS256", "kid": provider.kid, "typ": "JWT"}).encode()
    signed = part(head) + b"." + part(json.dumps(claims).encode())
    return (signed + b"." + part(hmac.new(public, signed, hashlib.sha256).digest())).decode()


def signed_by_a_stranger(provider, claims):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": provider.kid})


def signed_by_an_unknown_key(provider, claims):
    return jwt.encode(claims, provider.key, algorithm="RS256", headers={"kid": "unknown"})


def signed_by_a_key_of_its_own_header(provider, claims):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(stranger.public_key()))
    headers = {"jwk": jwk, "jku": "http://127.0.0.1:1/jwks", "kid": "mine"}
    return jwt.encode(claims, stranger, algorithm="RS256", headers=headers)


def with_another_algorithm(provider, claims):
    return jwt.encode(claims, provider.key, algorithm="RS512", headers={"kid": provider.kid})


def no_token(provider, claims):
    return "not.a.token"


@pytest.mark.parametrize(
    "forge",
    [
        unsigned, signed_by_the_public_key, signed_by_a_stranger, signed_by_an_unknown_key,
        signed_by_a_key_of_its_own_header, with_another_algorithm, no_token,
    ],
)  # fmt: skip
def test_a_token_the_provider_did_not_sign_as_agreed_is_refused(browser, provider, forge):
    provider.sign = lambda claims: forge(provider, claims)

    assert refused(browser.sign_in())


def test_a_flow_is_finished_once(browser):
    back = browser.back(browser.start())
    browser.finish(back)

    again = browser.finish(back)

    assert (again.status, again.problem) == (400, "invalid-token")


def test_a_code_is_no_good_in_another_flow(browser):
    mine, other = browser.start(), browser.start()
    back = browser.back(mine)

    swapped = browser.finish({**back, "state": other["state"], "flow_token": other["flow_token"]})

    assert refused(swapped)  # the provider refuses the PKCE verifier of another flow


def test_a_state_without_its_flow_token_signs_nobody_in(browser):
    victim = browser.start()
    attackers = browser.back(browser.start())  # the attacker's code and state, in a link the victim follows

    answer = browser.finish({**attackers, "flow_token": victim["flow_token"]})

    assert (answer.status, answer.problem) == (400, "invalid-token")


def test_a_flow_begun_to_link_signs_nobody_in_and_the_other_way_round(browser, register, client):
    mine = client.with_token(register("ben@example.com")["access_token"])
    theirs = client.with_token(register("eve@example.com")["access_token"])

    assert browser.finish(browser.back(browser.start(mine, link=True))).status == 400
    assert browser.finish(browser.back(browser.start()), mine, "link").status == 400
    assert browser.finish(browser.back(browser.start(mine, link=True)), theirs, "link").status == 400
    assert browser.finish(browser.back(browser.start(mine, link=True)), path="link").status == 401


def test_an_answer_of_another_issuer_is_refused(browser):
    back = browser.back(browser.start())

    assert refused(browser.finish({**back, "iss": "https://evil.example"}))


def test_an_issuer_that_names_itself_must_do_so(browser):
    back = browser.back(browser.start())
    del back["iss"]

    assert refused(browser.finish(back))


def test_an_expired_flow_is_refused(browser, client):
    back = browser.back(browser.start())
    client.app.clock.advance(timedelta(minutes=10, seconds=1))

    assert browser.finish(back).status == 400


def test_a_person_at_userinfo_who_is_another_is_refused(browser, provider):
    provider.in_userinfo = True
    provider.broken["/userinfo"] = (200, b'{"sub": "somebody-else", "email": "admin@example.com"}')

    assert refused(browser.sign_in())


def test_a_discovery_document_of_another_issuer_is_not_used(browser, provider, client):
    provider.metadata = {"issuer": "https://evil.example"}

    answer = client.post("/v1/auth/oidc/acme/authorize", {"redirect_uri": "http://127.0.0.1:3000/x"})

    assert answer.status == 503


@pytest.mark.parametrize(
    ("path", "answer", "expected"),
    [
        ("/token", (500, b"oops"), 503),
        ("/token", (200, b"<html>"), 401),
        ("/token", (200, b"[]"), 401),
        ("/token", (200, b'{"error": "invalid_grant"}'), 401),
        ("/token", (302, b""), 401),
        ("/token", (200, b'"' + b"x" * (2 << 20) + b'"'), 401),
        ("/token", (200, b"[" * 100_000), 401),
        ("/jwks", (500, b"oops"), 503),
        ("/jwks", (200, b'{"keys": []}'), 401),
    ],
)
def test_a_provider_out_of_order_is_told_apart_from_a_refusal(browser, provider, path, answer, expected):
    provider.broken[path] = answer

    assert browser.sign_in().status == expected


def test_a_provider_that_is_down_is_unavailable(make_app):
    provider = Provider()
    browser = Browser(Client(application(make_app, acme=provider)), provider)
    back = browser.back(browser.start())
    provider.stop()

    assert browser.finish(back).status == 503


def test_a_rotated_key_is_found_without_a_restart(browser, provider, client):
    assert browser.sign_in().status == 200
    _allow_refetch(client)
    provider.rotate()

    assert browser.sign_in().status == 200


def test_unknown_keys_do_not_make_us_hammer_the_provider(browser, provider):
    browser.sign_in()
    provider.sign = lambda claims: signed_by_an_unknown_key(provider, claims)
    before = provider.requests.count("GET /jwks")

    for _ in range(5):
        assert refused(browser.sign_in())

    assert provider.requests.count("GET /jwks") == before


def test_discovery_and_keys_are_read_once(browser, provider):
    for _ in range(3):
        browser.sign_in()

    assert provider.requests.count("GET /.well-known/openid-configuration") == 1
    assert provider.requests.count("GET /jwks") == 1


def test_two_issuers_are_not_mixed_up(make_app, provider):
    """A code of the honest issuer must not be sent to the evil one (RFC 9700, 4.4)."""
    evil = Provider()
    client = Client(application(make_app, honest=provider, evil=evil))
    honest = Browser(client, provider, "honest")

    back = honest.back(honest.start())
    mixed = Browser(client, evil, "evil").finish(back)
    evil.stop()

    assert mixed.status == 400
    assert "POST /token" not in evil.requests


def application(make_app, **providers):
    """Return an application of its own with some providers."""
    tables = {
        name: {"issuer": one.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        for name, one in providers.items()
    }
    return make_app("oidc", oidc={"providers": tables})


def _allow_refetch(client):
    """Let the cool-down after the last fetch be over, without waiting for it."""
    keys = client.app.service(Providers).named("acme")._discovery.metadata().keys
    keys._last_successful_fetch = time.monotonic() - 60


def test_a_stolen_token_links_no_identity_of_the_thief(browser, register, client, clock):
    mine = client.with_token(register("ada@example.com")["access_token"])
    clock.advance(timedelta(minutes=6))

    answer = mine.post("/v1/auth/oidc/acme/authorize", {"redirect_uri": REDIRECT, "link": True})

    assert (answer.status, answer.problem) == (403, "step-up-required")
