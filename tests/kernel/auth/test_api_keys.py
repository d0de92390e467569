"""API keys: what they may do, how they are sent, and how they end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.auth import ALL, CredentialsRefused
from kernel.errors import Forbidden, Invalid
from kernel.http.endpoint import AUTHENTICATED
from kernel.realtime.inbound import demand
from kernel.storage import uuid7

PERMITTED = "shops:edit"


@pytest.mark.parametrize("header", [("authorization", "Bearer {}"), ("x-api-key", "{}")])
def test_a_key_acts_for_its_owner(auth, user, header):
    info, key = auth.api_keys.create(user, "robot")

    principal = auth.principal_for({header[0]: header[1].format(key)})

    assert (principal.kind, principal.id, principal.session_id) == ("api_key", user, None)
    assert principal.claims["api_key_id"] == info.id
    assert principal.can("shops:open")


def test_a_key_is_shown_once_and_kept_as_a_digest(auth, user, db):
    info, key = auth.api_keys.create(user, "robot")

    stored = str(db.rows("SELECT * FROM kernel_api_key"))

    assert key not in stored
    assert key.split("_", 2)[2] not in stored
    assert key not in repr(info)
    assert key.startswith(f"stoa_{info.prefix}_")
    assert auth.api_keys.page(user).items == [info]


def test_a_key_never_has_more_than_its_owner(auth, user, bearer):
    auth.grant(user, "keeper", "shop:1")
    auth.grant(user, "keeper", "shop:2")
    _, key = auth.api_keys.create(
        user, "robot", permissions=[PERMITTED, "shops:close"], scopes=["shop:1", "shop:9"]
    )

    principal = auth.principal_for(bearer(key))

    assert principal.scopes_for(PERMITTED) == {"shop:1"}
    assert not principal.can("shops:close")
    assert not principal.can("shops:open"), "the key is not bound to this permission"


def test_a_key_bound_to_scopes_holds_a_global_permission_there_only(auth, user, bearer):
    auth.grant(user, "inspector")
    _, key = auth.api_keys.create(user, "robot", scopes=["shop:1"])

    principal = auth.principal_for(bearer(key))

    assert auth.principal_of(user).scopes_for("shops:close") is ALL
    assert principal.scopes_for("shops:close") == {"shop:1"}
    assert not principal.can("shops:close")


@pytest.mark.parametrize(
    ("bounds", "open_to_it"),
    [
        ({}, True),
        ({"permissions": [PERMITTED]}, False),
        ({"permissions": []}, False),
        ({"scopes": ["shop:1"]}, False),
        ({"permissions": [PERMITTED, "authenticated"]}, True),
        ({"permissions": ["authenticated"], "scopes": ["shop:1"]}, True),
    ],
)
def test_a_bound_key_does_its_owners_own_things_only_when_that_was_said(
    auth, user, bearer, bounds, open_to_it
):
    _, key = auth.api_keys.create(user, "robot", **bounds)

    principal = auth.principal_for(bearer(key))

    assert principal.is_authenticated
    assert principal.may_act is open_to_it
    assert not principal.can("authenticated"), "it is no permission to be had in a scope"


def test_sockets_ask_of_a_bound_key_what_routes_ask(auth, user, bearer):
    _, whole = auth.api_keys.create(user, "robot")
    _, bound = auth.api_keys.create(user, "robot", permissions=[PERMITTED])

    demand(auth.principal_for(bearer(whole)), AUTHENTICATED)

    with pytest.raises(Forbidden):
        demand(auth.principal_for(bearer(bound)), AUTHENTICATED)


def test_a_key_loses_what_its_owner_loses(auth, user, bearer):
    auth.grant(user, "inspector")
    _, key = auth.api_keys.create(user, "robot")
    assert auth.principal_for(bearer(key)).can("shops:close")

    auth.ungrant(user, "inspector")

    assert not auth.principal_for(bearer(key)).can("shops:close")


def test_a_revoked_key_is_refused_in_the_next_request(auth, user, bearer):
    info, key = auth.api_keys.create(user, "robot")
    auth.principal_for(bearer(key))

    assert auth.api_keys.revoke(info.id, uuid7()) is False, "nobody revokes the key of another"
    assert auth.api_keys.revoke(info.id, user) is True

    with pytest.raises(CredentialsRefused):
        auth.principal_for(bearer(key))
    assert auth.api_keys.page(user).items == []


def test_a_key_dies_at_its_end_though_it_is_remembered(auth, user, bearer, clock):
    clock.freeze()
    _, key = auth.api_keys.create(user, "robot", expires_at=clock.now() + timedelta(seconds=5))
    auth.principal_for(bearer(key))

    clock.advance(timedelta(seconds=5))

    with pytest.raises(CredentialsRefused):
        auth.principal_for(bearer(key))


def test_a_key_says_when_it_was_used(auth, user, bearer, clock):
    _, key = auth.api_keys.create(user, "robot")
    clock.freeze()

    auth.principal_for(bearer(key))
    auth.stop()

    assert auth.api_keys.page(user).items[0].last_used_at == clock.now()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"permissions": ["shops:fly"]}, "/permissions"), ({"expires_at": None}, "/expires_at")],
)
def test_a_key_that_makes_no_sense_is_not_made(auth, user, clock, change, pointer):
    if "expires_at" in change:
        change = {"expires_at": clock.now()}

    with pytest.raises(Invalid) as caught:
        auth.api_keys.create(user, "robot", **change)

    assert caught.value.errors[0].pointer == pointer


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: key[:-1],
        lambda key: key + "A",
        str.upper,
    ],
)
def test_a_key_wrong_by_one_character_is_refused(auth, user, bearer, change):
    _, key = auth.api_keys.create(user, "robot")

    with pytest.raises(CredentialsRefused):
        auth.principal_for(bearer(change(key)))
