"""API keys, and what they may not do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.plugins.accounts.conftest import PASSWORD

PLUGINS = ("accounts",)


def keyed(client, key):
    return client.with_token(key)


def test_a_key_acts_for_its_owner_until_it_is_revoked(member, client):
    ada = member()
    made = ada.client.post("/v1/auth/api-keys", {"name": "Nightly import"})

    machine = keyed(client, made.json["key"])
    assert machine.get("/v1/auth/profile").json["id"] == ada.id
    listed = ada.client.get("/v1/auth/api-keys").json["items"]
    assert [one["name"] for one in listed] == ["Nightly import"]
    assert "key" not in listed[0]

    assert ada.client.delete(f"/v1/auth/api-keys/{made.json['id']}").status == 204
    assert machine.get("/v1/auth/profile").status == 401


def test_a_key_expires(member, client, clock):
    ada = member()
    made = ada.client.post("/v1/auth/api-keys", {"name": "Short", "expires_in_days": 1})
    clock.advance(timedelta(days=1, seconds=1))

    assert keyed(client, made.json["key"]).get("/v1/auth/profile").status == 401


def test_a_key_touches_no_credentials(member, client):
    ada = member()
    machine = keyed(client, ada.client.post("/v1/auth/api-keys", {"name": "Import"}).json["key"])

    answers = [
        machine.post("/v1/auth/api-keys", {"name": "Another"}),
        machine.post("/v1/auth/logout-all"),
        machine.post("/v1/auth/mfa/enrol", {}),
        machine.post("/v1/auth/phone", {"phone": "+14155552671"}),
        machine.post(
            "/v1/auth/change-password", {"current_password": "x", "new_password": "amber-lantern-42"}
        ),
        machine.post("/v1/users/me/deactivate"),
        machine.get("/v1/users/me/export"),
        machine.delete("/v1/users/me"),
    ]

    assert [answer.status for answer in answers] == [403] * len(answers)


def test_a_bound_key_reaches_nothing_of_its_owners_own(member, client):
    ada = member()

    def machine(**bounds):
        made = ada.client.post("/v1/auth/api-keys", {"name": "Import", **bounds})
        return keyed(client, made.json["key"])

    bound = machine(permissions=["accounts:search"])
    scoped = machine(scopes=["shop:1"])
    told = machine(permissions=["accounts:search", "authenticated"])

    assert bound.get("/v1/users", query={"q": "Ada"}).status == 200
    assert bound.get("/v1/auth/profile").status == 403
    assert bound.patch("/v1/users/me", {"name": "Mallory"}).status == 403
    assert scoped.get("/v1/auth/profile").status == 403
    assert told.get("/v1/auth/profile").json["name"] == ada.client.get("/v1/auth/profile").json["name"]


def test_nobody_revokes_another_persons_key(member, client):
    ada, ben = member(), member("ben@example.com", "Ben")
    made = ada.client.post("/v1/auth/api-keys", {"name": "Import"}).json

    assert ben.client.delete(f"/v1/auth/api-keys/{made['id']}").status == 404


def test_keys_and_devices_are_listed_in_pages(member, client):
    ada = member()
    keys = [ada.client.post("/v1/auth/api-keys", {"name": f"Key {number}"}).json["id"] for number in range(5)]
    for number in range(4):
        login = {"email": ada.email, "password": PASSWORD, "device_name": f"Device {number}"}
        assert client.post("/v1/auth/login", login).status == 200

    listed = {path: list(pages(ada.client, path)) for path in ("/v1/auth/api-keys", "/v1/auth/sessions")}

    assert [len(page) for page in listed["/v1/auth/api-keys"]] == [2, 2, 1]
    assert [one["id"] for page in listed["/v1/auth/api-keys"] for one in page] == keys[::-1]
    devices = [one["device"] for page in listed["/v1/auth/sessions"] for one in page]
    assert devices[:4] == [f"Device {number}" for number in (3, 2, 1, 0)]
    assert len(devices) == 5


@pytest.mark.parametrize("path", ["/v1/auth/api-keys", "/v1/auth/sessions", "/v1/auth/identities"])
def test_a_cursor_of_another_list_is_refused(member, path):
    ada = member()

    answer = ada.client.get(path, query={"cursor": "nonsense"})

    assert (answer.status, answer.json["errors"][0]["parameter"]) == (422, "cursor")


def pages(client, path):
    """Yield the items of each page of two."""
    query = {"limit": 2}
    while True:
        page = client.get(path, query=query).json
        yield page["items"]
        if page["next"] is None:
            return
        query["cursor"] = page["next"]


def test_a_key_takes_a_sign_in_of_the_last_minutes_and_its_owner_is_told(member, mail, clock):
    ada = member()

    fresh = ada.client.post("/v1/auth/api-keys", {"name": "Import"})
    told = mail(ada.email)[-1]
    clock.advance(timedelta(minutes=6))
    stale = ada.client.post("/v1/auth/api-keys", {"name": "Kept by a thief"})
    ada.client.post("/v1/auth/step-up", {"password": PASSWORD})
    again = ada.client.post("/v1/auth/api-keys", {"name": "Export"})

    assert [fresh.status, stale.status, again.status] == [201, 403, 201]
    assert stale.problem == "step-up-required"
    assert "“Import”" in told["text"]
    assert fresh.json["key"] not in str(told)
