"""Roles within a scope, as a plugin with shops would declare them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from uuid import UUID

import pytest

import plugins
from kernel.testing import Client
from plugins.accounts import api
from plugins.accounts.services import roles

MANIFEST = """
name = "shops"
version = "1.0.0"
kernel_api = "1.0"
summary = "Shops, for these tests"
prefixes = []
"""
CODE = """
from kernel import Permission, Role, hookimpl

@hookimpl
def register_permissions():
    return [
        Role("shop_admin", "Runs a shop", scoped=True),
        Role("shop_clerk", "Works in a shop", scoped=True),
        Permission("shops:edit", "Change a shop", roles=("shop_admin",)),
        Permission("shops:sell", "Sell", roles=("shop_admin", "shop_clerk")),
        Permission("shops:close", "Close any shop"),
    ]
"""
SETTINGS = {
    "shop_admin": ["+accounts:grant_roles"],
    "closer": ["shops:close"],
}
HERE, THERE = "shop:1", "shop:2"


@pytest.fixture
def client(make_app, tmp_path):
    """The application with accounts and a plugin that has scoped roles."""
    folder = tmp_path / "stalls" / "shops"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(MANIFEST)
    (folder / "plugin.py").write_text(CODE)
    plugins.__path__.append(str(folder.parent))
    yield Client(make_app("accounts", "shops", auth={"roles": SETTINGS}))
    plugins.__path__.remove(str(folder.parent))
    for name in ("plugins.shops", "plugins.shops.plugin"):
        sys.modules.pop(name, None)


@pytest.fixture
def person() -> Callable[[str], UUID]:
    return lambda name: api.create_user(name=name, email=f"{name.lower()}@example.com")


@pytest.fixture
def keeper(client, person):
    """Somebody who runs one shop."""
    return client.as_user(person("Keeper"), "shop_admin", scope=HERE)


def grant(client, user_id, role, scope):
    return client.post(f"/v1/users/{user_id}/roles", {"role": role, "scope": scope})


def test_who_runs_a_shop_grants_roles_in_it(keeper, person):
    clerk = person("Clerk")

    assert grant(keeper, clerk, "shop_clerk", HERE).json["items"] == [{"role": "shop_clerk", "scope": HERE}]
    assert grant(keeper, clerk, "shop_admin", HERE).status == 200
    assert keeper.delete(f"/v1/users/{clerk}/roles/shop_admin", query={"scope": HERE}).status == 204


def test_and_in_no_other_and_nowhere_else(keeper, person, client):
    clerk = person("Clerk")
    client.app.auth.grant(clerk, "shop_clerk", THERE)

    assert grant(keeper, clerk, "shop_clerk", THERE).status == 403
    assert grant(keeper, clerk, "shop_clerk", None).status == 403
    assert grant(keeper, clerk, "closer", None).status == 403
    assert grant(keeper, clerk, "admin", None).status == 403
    assert keeper.delete(f"/v1/users/{clerk}/roles/shop_clerk", query={"scope": THERE}).status == 403


def test_nobody_rises_above_who_raised_them(keeper, person):
    clerk = person("Clerk")

    assert grant(keeper, clerk, "closer", HERE).status == 403


def test_other_shops_roles_are_not_shown(keeper, person, client):
    clerk = person("Clerk")
    for scope in (HERE, THERE):
        client.app.auth.grant(clerk, "shop_clerk", scope)

    assert keeper.get(f"/v1/users/{clerk}/roles").json["items"] == [{"role": "shop_clerk", "scope": HERE}]


def test_an_administrator_fills_shops_but_a_scoped_role_needs_one(client, person):
    clerk, admin = person("Clerk"), client.as_admin()

    assert grant(admin, clerk, "shop_admin", THERE).status == 200
    assert list(grant(admin, clerk, "shop_admin", None).faults) == ["/scope"]
    assert list(grant(admin, clerk, "admin", HERE).faults) == ["/scope"]
    for nonsense in ("shop", "shop:", "shop:1 OR 1=1", "Shop:1", ":1", "shop:" + "x" * 120):
        assert grant(admin, clerk, "shop_clerk", nonsense).status == 422, nonsense
    assert roles.of(clerk) == [roles.HeldRole("shop_admin", THERE)]


def test_a_role_granted_in_a_scope_is_announced_there(keeper, person, client):
    grant(keeper, person("Clerk"), "shop_clerk", HERE)

    [(scope,)] = client.app.db.rows(
        "SELECT scope FROM kernel_event WHERE type = 'accounts.user.role_granted.v1'"
    )
    assert scope == HERE
