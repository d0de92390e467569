"""Roles, permissions and scopes, in Python and in SQL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peewee import TextField, UUIDField

from kernel.auth import ALL, SYSTEM, Grant, Principal, Roles, where_scope
from kernel.declarations import Permission, Role
from kernel.errors import ConfigurationError, Invalid
from kernel.storage import Model, uuid7

PERMISSIONS = (
    Permission("shops:read", "See.", roles=("anonymous",)),
    Permission("shops:open", "Open.", roles=("user",)),
    Permission("shops:edit", "Edit.", roles=("keeper",)),
)
ROLES = (Role("keeper", "Keeps a shop.", scoped=True), Role("inspector", "Inspects."))


def test_the_built_in_roles_carry_what_they_say(auth, user, bearer):
    admin = uuid7()
    auth.grant(admin, "admin")

    assert auth.anonymous.can("shops:read")
    assert not auth.anonymous.can("shops:open")
    assert auth.principal_of(user).can("shops:read")
    assert auth.principal_of(user).can("shops:open")
    assert not auth.principal_of(user).can("shops:edit", "shop:1")
    for permission in ("shops:read", "shops:open", "shops:edit", "shops:close"):
        assert auth.principal_of(admin).scopes_for(permission) is ALL
    assert SYSTEM.can("anything:at-all")


def test_a_role_in_a_scope_counts_there_and_nowhere_else(auth, user):
    auth.grant(user, "keeper", "shop:1")

    principal = auth.principal_of(user)

    assert principal.can("shops:edit", "shop:1")
    assert not principal.can("shops:edit", "shop:2")
    assert not principal.can("shops:edit")
    assert principal.can_somewhere("shops:edit")
    assert principal.has_role("keeper", "shop:1")
    assert not principal.has_role("keeper")
    assert principal.grants == auth.grants(user) == {Grant("keeper", "shop:1")}


def test_a_grant_and_its_end_count_in_the_next_request(auth, user, bearer):
    token = auth.open_session(user, "Pixel 9", "203.0.113.4").access_token
    assert not auth.principal_for(bearer(token)).can("shops:edit", "shop:1")

    assert auth.grant(user, "keeper", "shop:1", by=user) is True
    assert auth.grant(user, "keeper", "shop:1") is False
    assert auth.principal_for(bearer(token)).can("shops:edit", "shop:1")
    assert auth.holders("keeper", "shop:1") == [user]

    assert auth.ungrant(user, "keeper", "shop:1") is True
    assert auth.ungrant(user, "keeper", "shop:1") is False
    assert not auth.principal_for(bearer(token)).can("shops:edit", "shop:1")


def test_other_tables_are_filtered_by_role_and_status_in_sql(auth, user, db, clock):
    class Member(Model):
        class Meta:
            table_name = "member"

    db.create_tables([Member])
    banned, lifted, unknown = uuid7(), uuid7(), uuid7()
    for one in (user, banned, lifted, unknown):
        Member.create(id=one)
    auth.grant(user, "keeper", "shop:1")
    auth.grant(banned, "keeper", "shop:2")
    auth.set_status(banned, "banned")
    auth.set_status(lifted, "suspended", clock.now() + timedelta(hours=1))

    def members(condition):
        return {one.id for one in Member.select().where(condition)}

    assert members(auth.where_status(Member.id, "suspended")) == {lifted}
    clock.advance(timedelta(hours=2))
    assert members(auth.where_status(Member.id, "active")) == {user, lifted}
    assert members(auth.where_status(Member.id, "suspended")) == set()
    assert members(auth.where_status(Member.id, "banned")) == {banned}
    assert members(auth.where_role(Member.id, "keeper")) == {user, banned}
    assert members(auth.where_role(Member.id, "keeper", "shop:1")) == {user}
    statuses = auth.statuses([user, banned, lifted, unknown])
    assert {one: found.status for one, found in statuses.items()} == {
        user: "active", banned: "banned", lifted: "active"
    }  # fmt: skip
    assert auth.grants_of([user, unknown]) == {user: [Grant("keeper", "shop:1")], unknown: []}


def test_of_twenty_who_grant_the_same_one_is_told_it_is_new(auth, user, together):
    outcomes = together(20, lambda: auth.grant(user, "keeper", "shop:1"))

    assert sorted(outcomes) == [False] * 19 + [True]
    assert auth.grants(user) == {Grant("keeper", "shop:1")}


@pytest.mark.parametrize(
    ("role", "scope", "pointer"),
    [
        ("wizard", None, "/role"),
        ("user", None, "/role"),
        ("anonymous", None, "/role"),
        ("keeper", None, "/scope"),
        ("admin", "shop:1", "/scope"),
        ("keeper", "shop", "/scope"),
        ("keeper", "shop:", "/scope"),
        ("keeper", "shop:1\n", "/scope"),
        ("keeper", "shop:" + "1" * 120, "/scope"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(auth, user, role, scope, pointer):
    with pytest.raises(Invalid) as caught:
        auth.grant(user, role, scope)

    assert caught.value.errors[0].pointer == pointer


def test_nobody_gives_more_than_he_has(auth, user):
    keeper, inspector, admin = (uuid7() for _ in range(3))
    auth.grant(keeper, "keeper", "shop:1")
    auth.grant(inspector, "inspector")
    auth.grant(admin, "admin")

    assert auth.may_grant(auth.principal_of(keeper), "keeper", "shop:1")
    assert not auth.may_grant(auth.principal_of(keeper), "keeper", "shop:2")
    assert not auth.may_grant(auth.principal_of(keeper), "inspector")
    assert not auth.may_grant(auth.principal_of(inspector), "admin")
    assert auth.may_grant(auth.principal_of(admin), "admin")


def test_a_role_whose_plugin_is_gone_carries_nothing_and_stays(make_auth, user):
    full, bare = make_auth(), make_auth(roles=Roles())
    full.grant(user, "inspector")

    assert bare.grants(user) == {Grant("inspector")}
    assert not bare.principal_of(user).can("shops:close")
    assert full.principal_of(user).can("shops:close")


def test_a_profile_replaces_changes_and_adds_roles():
    roles = Roles(
        PERMISSIONS,
        ROLES,
        {"keeper": ["shops:open"], "user": ["+shops:edit", "-shops:open"], "concierge": ["shops:read"]},
    )

    assert roles.permissions_of("keeper") == {"shops:open"}
    assert roles.permissions_of("user") == {"shops:edit"}
    assert roles.permissions_of("concierge") == {"shops:read"}
    assert roles.permissions_of("admin") == {"shops:read", "shops:open", "shops:edit"}
    assert "concierge" in roles


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"keepr": ["shops:edit"]}, "did you mean keeper"),
        ({"keeper": ["shops:edti"]}, "did you mean shops:edit"),
        ({"keeper": ["+zebra"]}, "enable the plugin"),
        ({"keeper": ["shops:edit", "+shops:open"]}, "replace or change"),
        ({"admin": []}, "auth.roles.admin cannot be changed"),
    ],
)
def test_a_profile_that_names_the_unknown_is_refused(overrides, message):
    with pytest.raises(ConfigurationError, match=message):
        Roles(PERMISSIONS, ROLES, overrides)


class Stall(Model):
    shop_id = UUIDField()
    scope = TextField()

    class Meta:
        table_name = "test_stall"


@pytest.fixture
def stalls(db):
    db.create_tables([Stall])
    ids = [uuid7() for _ in range(3)]
    for shop_id in ids:
        Stall.create(shop_id=shop_id, scope=f"shop:{shop_id}")
    yield ids
    db.drop_tables([Stall])


def seen(principal, column, kind=None):
    query = Stall.select().where(where_scope(principal, "shops:edit", column, kind))
    return {row.shop_id for row in query}


def test_lists_are_filtered_in_sql(stalls):
    mine = Principal(
        permissions={"shops:edit": frozenset({f"shop:{stalls[0]}", "shop:not-a-uuid", "hall:7"})}
    )

    assert seen(mine, Stall.scope) == {stalls[0]}
    assert seen(mine, Stall.shop_id, "shop") == {stalls[0]}
    assert seen(mine, Stall.shop_id, "hall") == set()
    assert seen(SYSTEM, Stall.scope) == set(stalls)
    assert seen(Principal(), Stall.scope) == set()


def test_a_filter_sits_among_other_conditions(stalls):
    mine = Principal(permissions={"shops:edit": frozenset({f"shop:{stalls[0]}"})})

    query = Stall.select().where(where_scope(mine, "shops:edit", Stall.scope) & (Stall.shop_id == stalls[1]))
    none = Stall.select().where(
        where_scope(Principal(), "shops:edit", Stall.scope) | (Stall.shop_id == stalls[1])
    )

    assert list(query) == []
    assert [row.shop_id for row in none] == [stalls[1]]


grants = st.frozensets(
    st.builds(
        Grant, st.sampled_from(["keeper", "inspector", "ghost"]), st.sampled_from([None, "shop:1", "shop:2"])
    )
)


@given(grants, st.sampled_from(["shops:read", "shops:open", "shops:edit", "none:such"]))
def test_what_is_allowed_is_what_some_grant_allows(held, permission):
    roles = Roles(PERMISSIONS, ROLES)
    principal = Principal(kind="user", grants=held, permissions=roles.resolve(held))
    carried = [grant for grant in held if permission in roles.permissions_of(grant.role)]
    implied = any(permission in roles.permissions_of(role) for role in ("anonymous", "user"))

    for scope in (None, "shop:1", "shop:2", "shop:3"):
        expected = implied or any(grant.scope in (None, scope) for grant in carried)

        assert principal.can(permission, scope) is expected
        assert scope is None or (scope in principal.scopes_for(permission)) is expected
