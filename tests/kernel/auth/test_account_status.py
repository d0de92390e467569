"""Active, suspended until, banned, deleted: at once, and lifted by the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.auth import AccountBanned, AccountSuspended, CredentialsRefused
from kernel.auth.account_status import AccountStatus
from kernel.errors import Conflict, Invalid


@pytest.fixture
def tokens(auth, user, bearer):
    tokens = auth.open_session(user, "Pixel 9", "203.0.113.4")
    auth.principal_for(bearer(tokens.access_token))  # remembered
    return tokens


def test_a_suspension_holds_the_account_up_and_lifts_by_the_clock(auth, user, tokens, bearer, clock):
    clock.freeze()
    until = clock.now() + timedelta(minutes=10)

    auth.set_status(user, "suspended", until)

    with pytest.raises(AccountSuspended) as caught:
        auth.principal_for(bearer(tokens.access_token))
    assert caught.value.extensions == {"until": until.isoformat()}
    assert auth.status(user) == AccountStatus("suspended", until)
    clock.set(until)
    assert auth.status(user) == AccountStatus("active")
    assert auth.principal_for(bearer(tokens.access_token)).id == user
    auth.refresh(tokens.refresh_token)


@pytest.mark.parametrize(
    ("status", "problem"),
    [("suspended", AccountSuspended), ("banned", AccountBanned), ("deleted", CredentialsRefused)],
)
def test_nothing_works_for_an_account_that_is_not_active(auth, user, tokens, bearer, status, problem):
    _, key = auth.api_keys.create(user, "robot")

    auth.set_status(user, status)

    attempts = [
        lambda: auth.principal_for(bearer(tokens.access_token)),
        lambda: auth.principal_for(bearer(key)),
        lambda: auth.principal_of(user),
        lambda: auth.refresh(tokens.refresh_token),
        lambda: auth.open_session(user, "Firefox", "203.0.113.4"),
    ]
    for attempt in attempts:
        with pytest.raises(CredentialsRefused) as caught:
            attempt()
        assert caught.value.status == 401
        assert isinstance(caught.value, problem) or caught.value.type == "credentials-refused"


def test_a_ban_ends_the_sessions_for_good(auth, user, tokens, bearer):
    auth.set_status(user, "banned")

    auth.set_status(user, "active")

    with pytest.raises(CredentialsRefused):
        auth.principal_for(bearer(tokens.access_token))
    auth.open_session(user, "Pixel 9", "203.0.113.4")


def test_a_deletion_is_final(auth, user):
    auth.api_keys.create(user, "robot")
    auth.set_status(user, "deleted")

    with pytest.raises(Conflict):
        auth.set_status(user, "active")

    auth.set_status(user, "deleted")
    assert auth.status(user).status == "deleted"
    assert auth.api_keys.page(user).items == []


def test_only_a_suspension_has_an_end(auth, user, clock):
    with pytest.raises(Invalid):
        auth.set_status(user, "banned", clock.now())


def test_of_ten_bans_at_once_one_changes_something(auth, user, together):
    outcomes = together(10, lambda: auth.set_status(user, "banned"))

    assert sorted(outcomes) == [False] * 9 + [True]
    assert auth.set_status(user, "active")


def test_a_suspension_with_another_end_is_a_change(auth, user, clock):
    until = clock.now() + timedelta(days=1)

    outcomes = [auth.set_status(user, "suspended", end) for end in (until, until, until + timedelta(days=1))]

    assert outcomes == [True, False, True]
