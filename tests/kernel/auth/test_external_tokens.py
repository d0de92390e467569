"""Credentials of other providers, recognised by plugins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.auth import CredentialsRefused
from kernel.errors import Unauthorized
from kernel.storage import count_statements


@pytest.fixture
def provider(make_auth, user, clock):
    """An Auth with a plugin that knows `Bearer ext-…` and one that knows nothing."""
    seen = []

    def unhelpful(headers):
        seen.append(dict(headers))

    def external(headers):
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if token == "ext-bad":
            raise Unauthorized("The provider refuses this token.")
        if token.startswith("ext-"):
            issued_at = clock.now() - timedelta(minutes=int(token[4:]))
            return auth.principal_of(user, issued_at=issued_at, claims={"email": "ada@example.org"})
        return None

    auth = make_auth(authenticators=[unhelpful, external])
    auth.seen = seen
    return auth


def test_a_plugin_recognises_what_the_kernel_does_not(provider, user, bearer):
    provider.grant(user, "keeper", "shop:1")

    principal = provider.principal_for(bearer("ext-5"))

    assert (principal.id, principal.kind) == (user, "user")
    assert principal.claims == {"email": "ada@example.org"}
    assert principal.can("shops:edit", "shop:1")


def test_plugins_are_not_asked_about_tokens_of_ours(provider, user, bearer):
    tokens = provider.open_session(user, "Pixel 9", "203.0.113.4")
    _, key = provider.api_keys.create(user, "robot")

    provider.principal_for(bearer(tokens.access_token))
    provider.principal_for(bearer(key))
    provider.revoke_session(tokens.session_id)
    with pytest.raises(CredentialsRefused):
        provider.principal_for(bearer(tokens.access_token))

    assert provider.seen == []


def test_a_plugin_may_refuse(provider, bearer):
    with pytest.raises(Unauthorized, match="The provider refuses"):
        provider.principal_for(bearer("ext-bad"))


def test_what_nobody_knows_is_refused(provider, bearer):
    with pytest.raises(CredentialsRefused):
        provider.principal_for(bearer("whatever"))
    assert len(provider.seen) == 1


def test_a_plugin_may_read_other_headers(make_auth, user):
    auth = make_auth(
        authenticators=[lambda headers: auth.principal_of(user) if "x-partner" in headers else None]
    )

    assert auth.principal_for({"x-partner": "yes"}).id == user
    assert auth.principal_for({}) is auth.anonymous


def test_signing_out_everywhere_refuses_older_external_tokens(provider, user, bearer, clock):
    clock.freeze()
    provider.principal_for(bearer("ext-5"))

    provider.revoke_all(user)

    with pytest.raises(CredentialsRefused):
        provider.principal_for(bearer("ext-5"))
    clock.advance(timedelta(minutes=10))
    assert provider.principal_for(bearer("ext-5")).id == user


def test_a_ban_holds_for_external_tokens_too(provider, user, bearer):
    provider.principal_for(bearer("ext-5"))

    provider.set_status(user, "banned")

    with pytest.raises(CredentialsRefused):
        provider.principal_for(bearer("ext-5"))


def test_an_account_is_read_once(auth, user, settle):
    settle(auth)
    auth.principal_of(user)

    with count_statements() as counted:
        auth.principal_of(user, claims={"email": "ada@example.org"})

    assert counted.count == 0
