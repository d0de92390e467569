"""The audit log, and Stoa itself: settings without secrets, roles, plugins, health."""

from __future__ import annotations

from datetime import timedelta

import pytest

pytestmark = pytest.mark.plugins("admin")

SECRET = "x-operator-secret-71"
PATHS = ("events", "settings", "roles", "plugins", "health")


@pytest.fixture
def ban(client):
    """An administrator, and somebody whom they banned."""
    admin, somebody = client.as_admin(), client
    made = somebody.post(
        "/v1/auth/register", {"email": "cy@example.com", "password": "violet-harbour-71", "name": "Cy"}
    )
    user_id = made.json["user"]["id"]
    admin.with_headers(idempotency_key="ban-cy-0001").post(f"/v1/users/{user_id}/ban", {"reason": "Curses."})
    return admin, user_id


@pytest.mark.parametrize("path", PATHS)
def test_only_who_may_reads_of_stoa_itself(client, path):
    assert client.as_admin().get(f"/v1/admin/{path}").status == 200
    assert client.as_user().unchecked().get(f"/v1/admin/{path}").status == 403
    assert client.unchecked().get(f"/v1/admin/{path}").status == 401


def test_the_audit_log_says_who_did_what_to_whom(ban):
    admin, user_id = ban

    [event] = admin.get("/v1/admin/events?type=accounts.user.status_changed.v1").json["items"]

    assert (event["actor"], event["actor_id"], event["key"]) == ("user", str(admin.user_id), user_id)
    assert event["data"]["reason"] == "Curses."
    assert event["correlation_id"]


def test_the_audit_log_is_narrowed_by_actor_type_thing_and_time(app, ban):
    admin, user_id = ban

    def types(query):
        return [one["type"] for one in admin.get(f"/v1/admin/events?{query}").json["items"]]

    assert types(f"actor={admin.user_id}") == ["accounts.user.status_changed.v1"]
    assert types(f"actor={user_id}") == []
    assert {one.split(".")[1] for one in types("type=accounts.user")} == {"user"}
    assert types("type=accounts.use") == []
    assert set(types(f"key={user_id}")) >= {"accounts.user.registered.v1", "accounts.user.status_changed.v1"}
    later = (app.clock.now() + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert types(f"since={later}") == []
    assert types(f"until={later}&type=accounts.user.status_changed.v1") == ["accounts.user.status_changed.v1"]


def test_pages_of_the_audit_log_hold_each_event_once(ban):
    admin, _ = ban

    found = list(admin.every("/v1/admin/events", limit=2))

    positions = [one["position"] for one in found]
    assert positions == sorted(set(positions), reverse=True)
    assert len(positions) > 2
    assert admin.unchecked().get("/v1/admin/events?cursor=forged").status == 422


@pytest.mark.settings(observability={"metrics_token": SECRET, "log_level": "warning"})
def test_settings_in_force_are_shown_and_secrets_never(client):
    admin = client.as_admin()

    found = {one["id"]: one for one in admin.every("/v1/admin/settings", limit=100)}

    assert found["observability.log_level"]["value"] == '"warning"'
    assert found["observability.metrics_token"]["value"] == "(secret)"
    assert found["database.url"]["value"] == "(secret)"
    assert SECRET not in str(found)
    assert "k" * 32 not in str(found)
    changed = {one["id"] for one in admin.every("/v1/admin/settings", changed="true", limit=100)}
    assert "observability.log_level" in changed
    assert all(found[name]["source"] != "default" for name in changed)
    narrowed = admin.get("/v1/admin/settings?section=http&q=reference").json["items"]
    assert {one["id"].partition(".")[0] for one in narrowed} == {"http"}


def test_roles_carry_what_the_profile_gives_them(client):
    found = {one["id"]: one for one in client.as_admin().every("/v1/admin/roles", limit=1)}

    assert {"admin:audit", "admin:system"} <= set(found["admin"]["permissions"])
    assert not {"admin:audit", "admin:system"} & set(found["user"]["permissions"])


def test_plugins_and_health_are_those_of_the_process(app, client):
    admin = client.as_admin()

    plugins = {one["id"]: one for one in admin.every("/v1/admin/plugins", limit=2)}
    checks = {one["id"]: one for one in admin.get("/v1/admin/health").json["items"]}

    assert set(plugins) == {one.name for one in app.registry.plugins}
    assert plugins["admin"]["requires"] == ["accounts"]
    assert checks["database"]["state"] == "ok"
