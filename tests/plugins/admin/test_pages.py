"""Who gets which pages of the console, and what the console asks for besides."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from kernel.storage import uuid7
from plugins.admin.console import FOLDER

pytestmark = pytest.mark.plugins("admin", "buildings", "dashboards", "moderation", "orders", "order_payments")

SYSTEM = {"admin.audit", "admin.roles", "admin.settings", "admin.plugins", "admin.health"}


def pages(client: Any) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in client.get("/v1/admin/pages").json["pages"]}


def labels(page: dict[str, Any]) -> list[str]:
    return [one["label"] for one in page["actions"]]


def registered(client: Any, name: str) -> Any:
    said = {"email": f"{name}@example.com", "password": "violet-harbour-71", "name": name}
    made = client.post("/v1/auth/register", said).json
    return client.with_token(made["access_token"], user_id=made["user"]["id"])


@pytest.fixture
def building(client):
    """A building, whose admin is given too."""
    manager = registered(client, "mara")
    said = {"name": "Zenon Towers", "city": "Larnaca", "country": "CY", "admin_id": str(manager.user_id)}
    made = client.as_admin().post("/v1/buildings", said).json
    return made["id"], manager


def test_nobody_is_asked_to_sign_in_and_a_resident_has_no_page(client, building):
    building_id, manager = building
    resident = registered(client, "rita")
    code = manager.post(f"/v1/buildings/{building_id}/invitations", {"uses": 1}).json["code"]
    resident.post("/v1/buildings/invitations/accept", {"code": code})

    assert client.unchecked().get("/v1/admin/pages").status == 401
    answer = resident.get("/v1/admin/pages").json
    assert (answer["pages"], answer["scopes"], answer["every_scope"]) == ([], [], False)
    for path in ("/v1/admin/scopes", f"/v1/admin/people?ids={manager.user_id}"):
        assert resident.unchecked().get(path).status == 403


def test_a_platform_admin_has_every_page_everywhere(app, client):
    admin = client.as_admin()

    found = pages(admin)

    assert set(found) == {page.name for _, page in app.registry.admin}
    assert all(one["scopes"] is None for one in found.values())
    assert client.as_admin().get("/v1/admin/pages").json["every_scope"] is True


@pytest.mark.settings(auth={"roles": {"building_admin": ["+moderation:review", "+dashboards:scope"]}})
def test_a_building_admin_has_the_pages_of_their_building_and_nobody_elses(client, building):
    building_id, manager = building
    other = {"name": "Other", "city": "Larnaca", "country": "CY"}
    runs = str(registered(client, "elsa").user_id)
    assert client.as_admin().post("/v1/buildings", other | {"admin_id": runs}).status == 201

    found = pages(manager)

    scope = f"building:{building_id}"
    assert {one["name"] for one in found.values() if one["scopes"] != [scope]} == set()
    assert {"buildings.join_requests", "moderation.cases", "dashboards.building"} <= set(found)
    assert not {"accounts.users", "payments.payments", "dashboards.platform", "buildings.all", *SYSTEM} & set(
        found
    )
    answer = manager.get("/v1/admin/pages").json
    assert (answer["scopes"], answer["every_scope"]) == ([{"scope": scope, "name": "Zenon Towers"}], False)
    assert manager.get("/v1/admin/scopes?q=oth").json["items"] == []


@pytest.mark.settings(auth={"roles": {"clerk": ["accounts:read"]}})
def test_a_page_offers_only_what_its_viewer_may_do(app, client):
    clerk = client.as_user()
    app.auth.grant(clerk.user_id, "clerk")

    found = pages(clerk)

    assert labels(found["accounts.users"]) == []
    assert "Ban" in labels(pages(client.as_admin())["accounts.users"])


def test_a_permission_held_in_a_scope_opens_no_page_of_the_platform(app, client):
    somebody = client.as_user()
    app.auth.grant(somebody.user_id, "building_admin", f"building:{uuid7()}")

    assert {one["group"] for one in pages(somebody).values()} == {"Buildings"}


def test_a_form_has_the_fields_of_the_body_but_what_the_action_sends(client):
    found = pages(client.as_admin())
    actions = {one["label"]: one for one in found["buildings.members"]["actions"]}

    assert "verified" not in actions["Verify"]["body"]["properties"]
    assert "verified" in actions["Change"]["body"]["properties"]
    assert actions["Verify"]["sends"] == {"verified": True}
    assert "$ref" not in json.dumps(found)


def test_scopes_are_found_by_a_part_of_their_name(client, building):
    building_id, manager = building
    admin = client.as_admin()
    said = {"name": "Attalos", "city": "Lisbon", "country": "PT", "admin_id": str(manager.user_id)}
    admin.post("/v1/buildings", said)

    assert [one["name"] for one in admin.get("/v1/admin/scopes").json["items"]] == ["Attalos", "Zenon Towers"]
    assert [one["name"] for one in admin.get("/v1/admin/scopes?q=non").json["items"]] == ["Zenon Towers"]
    of = admin.get(f"/v1/admin/scopes?of=building:{building_id},building:{uuid7()},nothing").json["items"]
    assert [one["name"] for one in of] == ["Zenon Towers"]


def test_people_are_named_and_unknown_ones_left_out(client):
    admin, somebody = client.as_admin(), client.as_user()

    known = admin.get(f"/v1/admin/people?ids={uuid7()}")
    bad = admin.unchecked().get("/v1/admin/people?ids=me")

    assert known.json["items"] == []
    assert bad.status == 422
    assert bad.json["errors"][0]["parameter"] == "ids"
    assert somebody.unchecked().get(f"/v1/admin/people?ids={uuid7()}").status == 403


def test_the_console_is_served_under_a_strict_policy_and_kept_by_its_digest(client):
    page = client.get("/admin")

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", page.text)
    assert client.get("/admin/accounts.users").body == page.body
    for path in re.findall(r'(?:src|href)="(/admin/assets/[^"]+)"', page.text):
        assert "immutable" in client.get(path).headers["cache-control"]
    assert client.get("/admin/assets/0000/main.js").status == 404


def test_every_module_imports_what_is_there():
    scripts = {name: one.data.decode() for name, one in FOLDER.files().items() if name.endswith(".js")}

    imported = {one for text in scripts.values() for one in re.findall(r'from "\./([\w.]+)"', text)}

    assert set(scripts) - imported == {"main.js"}
    assert imported < set(scripts)
    assert not [name for name, text in scripts.items() if re.search(r"innerHTML|insertAdjacent|eval\(", text)]


@pytest.mark.plugins("admin", "buildings", "categories", "webhooks", "invoices")
@pytest.mark.settings(
    auth={"roles": {"building_admin": ["+categories:manage", "+webhooks:scope", "+invoices:read"]}}
)
def test_who_runs_a_building_keeps_its_categories_webhooks_and_invoices(client, building):
    building_id, manager = building
    scope = f"building:{building_id}"

    found = pages(manager)

    for name in ("categories.tree", "webhooks.endpoints", "invoices.all"):
        assert found[name]["scopes"] == [scope]
        assert manager.get(found[name]["reads"]).status == 200
    assert {"Add a category", "Change", "Move", "Delete"} == set(labels(found["categories.tree"]))
    assert "Send a time again" in labels(found["webhooks.endpoints"])
    assert found["invoices.all"]["downloads"][0]["path"].endswith("/document.pdf")


def test_a_list_that_has_no_pages_is_not_asked_for_one(client):
    found = pages(client.as_admin())

    assert found["accounts.users"]["paged"] is True
    assert found["dashboards.platform"]["paged"] is False


def test_figures_are_kept_as_files(client):
    admin = client.as_admin()
    page = pages(admin)["dashboards.platform"]

    kinds = [admin.get(one["path"]).headers["content-type"] for one in page["downloads"]]

    assert [one.partition(";")[0] for one in kinds] == [
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/pdf",
    ]
