"""What holds for the tokens of every provider that are taken as they are."""

from __future__ import annotations

import base64
from uuid import UUID

import pytest

from tests.contrib.issuer import FORGERIES


def jws(payload: str) -> str:
    """Return what looks like a signed token with any payload."""
    head, body = (
        base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode()
        for part in ('{"alg": "RS256", "kid": "key-1"}', payload)
    )
    return f"{head}.{body}.AAAA"


ODDITIES = (
    "[]",
    '"text"',
    "{}",
    '{"iss": null}',
    '{"iss": ["a"]}',
    '{"iss": {"a": 1}}',
    "[" * 3000,
    '{"iss": 1e999, "exp": NaN}',
    '{"exp": ' + "9" * 5000 + "}",
)


class TokenRules:
    """Subclass it beside fixtures `call` and `issuer`, and name the provider."""

    provider = ""

    @pytest.mark.parametrize("forge", FORGERIES)
    def test_a_token_the_issuer_did_not_sign_is_refused(self, call, issuer, client, forge):
        answer = call(forge(issuer, issuer.claims(client.app.clock.now())))

        assert (answer.status, answer.problem) == (401, "provider-token-refused")
        assert client.app.db.rows("SELECT 1 FROM accounts_user") == []

    def test_a_token_of_another_issuer_is_nobodys(self, call):
        answer = call(iss="https://evil.example")

        assert (answer.status, answer.problem) == (401, "credentials-refused")

    def test_a_token_with_the_name_of_our_key_is_not_theirs(self, call, issuer, client):
        kid = client.app.auth.signing_keys.signing().kid

        answer = call(issuer.sign(issuer.claims(client.app.clock.now()), kid=kid, typ="at+jwt"))

        assert (answer.status, answer.problem) == (401, "credentials-refused")

    @pytest.mark.parametrize(
        ("standing", "problem"), [("suspended", "account-suspended"), ("banned", "account-banned")]
    )
    def test_a_standing_counts_from_the_next_request_on(self, call, issuer, client, standing, problem):
        token = issuer.token(client.app.clock.now())
        user_id = UUID(call(token).json["id"])

        client.app.auth.set_status(user_id, standing)

        assert call(token).problem == problem
        assert client.post(f"/v1/auth/external/{self.provider}", {"token": token}).problem == problem

    @pytest.mark.parametrize("token", ["x", "a.b.c", "..", "é.é.é", "x" * 8192, "a." + "b" * 8000 + ".c"])
    def test_what_is_no_token_is_refused_as_such(self, call, client, token):
        answer = client.post(f"/v1/auth/external/{self.provider}", {"token": token})

        assert (answer.status, answer.problem) == (401, "provider-token-refused")

    @pytest.mark.parametrize("payload", ODDITIES, ids=lambda payload: payload[:20])
    def test_odd_payloads_are_refused_like_any_unknown_token(self, call, payload):
        answer = call(jws(payload))

        assert (answer.status, answer.problem) == (401, "credentials-refused")

    @pytest.mark.parametrize("claim", ["exp", "iat", "sub"])
    @pytest.mark.parametrize("value", [[], {}, -(10**30), 10**30, 1.5e308, "", False])
    def test_odd_claims_are_refused_though_they_are_signed(self, call, claim, value):
        answer = call(**{claim: value})

        assert (answer.status, answer.problem) == (401, "provider-token-refused")
