"""API keys, and what they may not do."""

from __future__ import annotations

from datetime import timedelta

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


def test_nobody_revokes_another_persons_key(member, client):
    ada, ben = member(), member("ben@example.com", "Ben")
    made = ada.client.post("/v1/auth/api-keys", {"name": "Import"}).json

    assert ben.client.delete(f"/v1/auth/api-keys/{made['id']}").status == 404
