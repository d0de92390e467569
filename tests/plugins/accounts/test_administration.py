"""Standing and roles: who may do what to whom."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.plugins.accounts.conftest import PASSWORD

PLUGINS = ("accounts",)
SETTINGS = {
    "auth": {
        "roles": {
            "moderator": ["accounts:moderate", "accounts:read"],
            "keeper": ["accounts:grant_roles", "accounts:read"],
            "reader": ["accounts:read"],
        }
    }
}
LOGIN = {"email": "ada@example.com", "password": PASSWORD}


@pytest.fixture
def moderator(client):
    return client.as_user(None, "moderator")


def test_a_suspension_holds_at_once_and_says_until_when(member, moderator, client, clock, mail):
    ada = member()
    until = clock.now() + timedelta(days=3)

    answer = moderator.post(f"/v1/users/{ada.id}/suspend", {"reason": "Spam", "until": until.isoformat()})

    assert answer.json["status"] == "suspended"
    assert answer.json["history"][0]["reason"] == "Spam"
    assert ada.client.get("/v1/auth/profile").problem == "account-suspended"
    refused = client.post("/v1/auth/login", LOGIN)
    assert (refused.problem, refused.json["until"][:10]) == ("account-suspended", until.date().isoformat())
    assert "Spam" in mail(ada.email)[-1]["text"]


def test_only_the_right_password_learns_of_a_suspension(member, moderator, client):
    ada = member()
    moderator.post(f"/v1/users/{ada.id}/suspend", {"reason": "Spam"})

    assert (
        client.post("/v1/auth/login", {**LOGIN, "password": "wrong-one-1"}).problem == "invalid-credentials"
    )


def test_a_suspension_lifts_by_the_clock(member, moderator, client, clock):
    ada = member()
    until = (clock.now() + timedelta(days=3)).isoformat()
    moderator.post(f"/v1/users/{ada.id}/suspend", {"reason": "Spam", "until": until})

    clock.advance(timedelta(days=3, seconds=1))

    assert client.post("/v1/auth/login", LOGIN).status == 200
    moderator = client.as_user(None, "moderator")
    assert moderator.get(f"/v1/users/{ada.id}/standing").json["status"] == "active"
    assert moderator.get("/v1/users", query={"status": "suspended"}).json["items"] == []


def test_a_ban_ends_every_session_and_can_be_lifted(member, moderator, client):
    ada = member()

    moderator.post(f"/v1/users/{ada.id}/ban", {"reason": "Fraud"})
    assert ada.client.get("/v1/auth/profile").status == 401
    assert client.post("/v1/auth/login", LOGIN).problem == "account-banned"
    lifted = moderator.post(f"/v1/users/{ada.id}/reactivate", {"reason": "A mistake"})

    assert [one["standing"] for one in lifted.json["history"]] == ["active", "banned"]
    assert client.post("/v1/auth/login", LOGIN).status == 200
    assert moderator.post(f"/v1/users/{ada.id}/reactivate", {"reason": "Again"}).status == 409


def test_banning_the_banned_changes_nothing_and_tells_nobody(member, moderator, mail, types):
    ada = member()
    first = moderator.post(f"/v1/users/{ada.id}/ban", {"reason": "Fraud"})
    told, mails = types().count("user.status_changed"), len(mail(LOGIN["email"]))

    again = moderator.post(f"/v1/users/{ada.id}/ban", {"reason": "Fraud, once more"})

    assert (again.status, again.json) == (200, first.json)
    assert types().count("user.status_changed") == told == 1
    assert len(mail(LOGIN["email"])) == mails


def test_a_moderator_judges_neither_himself_nor_an_administrator(member, client, moderator):
    ada = member()
    client.as_user(UUID(ada.id), "admin")

    assert moderator.post(f"/v1/users/{ada.id}/ban", {"reason": "Coup"}).status == 403
    ada_judges = client.as_user(UUID(ada.id), "admin").post(
        f"/v1/users/{ada.id}/suspend", {"reason": "Tired"}
    )
    assert ada_judges.status == 403


def test_nobody_else_judges_or_looks_in(member, client):
    ada, ben = member(), member("ben@example.com", "Ben")

    answers = [
        ben.client.post(f"/v1/users/{ada.id}/suspend", {"reason": "Rival"}),
        ben.client.post(f"/v1/users/{ada.id}/ban", {"reason": "Rival"}),
        ben.client.post(f"/v1/users/{ada.id}/reactivate", {"reason": "Rival"}),
        ben.client.get(f"/v1/users/{ada.id}/standing"),
        ben.client.get(f"/v1/users/{ada.id}/account"),
        ben.client.get(f"/v1/users/{ada.id}/roles"),
        ben.client.post(f"/v1/users/{ada.id}/roles", {"role": "reader"}),
        ben.client.delete(f"/v1/users/{ada.id}/roles/reader"),
    ]

    assert {answer.status for answer in answers} == {403}


def test_an_unknown_account_is_not_found(client, moderator):
    unknown = uuid4()

    assert moderator.post(f"/v1/users/{unknown}/suspend", {"reason": "?"}).status == 404
    assert moderator.get(f"/v1/users/{unknown}/account").status == 404
    assert client.get(f"/v1/users/{unknown}").status == 404
    assert client.as_admin().post(f"/v1/users/{unknown}/roles", {"role": "reader"}).status == 404


def test_an_end_that_is_past_is_refused(member, moderator, clock):
    ada = member()

    answer = moderator.post(
        f"/v1/users/{ada.id}/suspend", {"reason": "Late", "until": (clock.now() - timedelta(1)).isoformat()}
    )

    assert list(answer.faults) == ["/until"]


def test_an_administrator_grants_any_role_at_once(member, client, types):
    ada = member()
    admin = client.as_admin()

    granted = admin.post(f"/v1/users/{ada.id}/roles", {"role": "reader"})

    assert granted.json["items"] == [{"role": "reader", "scope": None}]
    assert ada.client.get("/v1/users", query={"status": "active"}).status == 200
    assert ada.client.get("/v1/auth/profile").json["roles"] == [{"role": "reader", "scope": None}]
    assert admin.delete(f"/v1/users/{ada.id}/roles/reader").status == 204
    assert ada.client.get("/v1/users", query={"status": "active"}).status == 403
    assert admin.delete(f"/v1/users/{ada.id}/roles/reader").status == 404
    assert types()[-2:] == ["user.role_granted", "user.role_revoked"]


def test_granting_twice_changes_nothing(member, client, types):
    ada = member()
    admin = client.as_admin()

    for _ in range(2):
        assert admin.post(f"/v1/users/{ada.id}/roles", {"role": "reader"}).status == 200

    assert types().count("user.role_granted") == 1


def test_nobody_hands_out_more_than_they_hold(member, client):
    ada = member()
    keeper = client.as_user(None, "keeper")

    assert keeper.post(f"/v1/users/{ada.id}/roles", {"role": "reader"}).status == 200
    assert keeper.post(f"/v1/users/{ada.id}/roles", {"role": "moderator"}).status == 403
    assert keeper.post(f"/v1/users/{ada.id}/roles", {"role": "admin"}).status == 403


def test_nobody_promotes_himself(member, client):
    keeper = client.as_user(UUID(member().id), "keeper")

    assert keeper.post(f"/v1/users/{keeper.user_id}/roles", {"role": "admin"}).status == 403


@pytest.mark.parametrize("role", ["nonsense", "user", "anonymous", "x' OR 1=1"])
def test_a_role_that_is_none_is_refused(member, client, role):
    answer = client.as_admin().post(f"/v1/users/{member().id}/roles", {"role": role})

    assert list(answer.faults) == ["/role"]


def test_the_last_administrator_stays(member, client):
    ada = member()
    admin = client.as_user(UUID(ada.id), "admin", mfa=True)

    assert admin.delete(f"/v1/users/{ada.id}/roles/admin").status == 409
    assert admin.delete("/v1/users/me").status == 409

    other = member("ben@example.com", "Ben")
    admin.post(f"/v1/users/{other.id}/roles", {"role": "admin"})
    assert admin.delete(f"/v1/users/{ada.id}/roles/admin").status == 204
