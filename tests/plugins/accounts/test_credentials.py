"""Forgotten, changed and reset passwords; another address."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.storage import count_statements
from tests.plugins.accounts.conftest import PASSWORD

PLUGINS = ("accounts",)
NEXT = "amber-lantern-42"


def signs_in(client, password, email="ada@example.com"):
    return client.post("/v1/auth/login", {"email": email, "password": password}).status == 200


def forget(client, email="ada@example.com"):
    return client.post("/v1/auth/forgot-password", {"email": email})


def test_asking_for_a_reset_answers_alike_for_known_and_unknown(member, client, mail):
    member()

    known, unknown = forget(client), forget(client, "nobody@example.com")

    assert known.status == unknown.status == 202
    assert known.json == unknown.json
    assert mail("nobody@example.com") == []


def test_asking_for_a_reset_does_the_same_work_for_known_and_unknown(member, client, app):
    def statements(email):
        with count_statements() as count:
            forget(client, email)
        return [sql for sql in count.statements if "pg_notify" not in sql]  # workers are woken once a while

    member()

    assert statements("ada@example.com") == statements("nobody@example.com")


def test_the_task_log_keeps_no_address(member, client, app, work):
    member()
    forget(client, "nobody@example.com")
    work()

    assert app.db.rows("SELECT 1 FROM kernel_task WHERE arguments::text LIKE '%%nobody%%'") == []


def test_a_reset_link_sets_a_password_and_ends_every_session(member, client, link, types):
    ada = member()
    forget(client)

    answer = client.post("/v1/auth/reset-password", {"token": link(ada.email), "password": NEXT})

    assert answer.status == 204
    assert ada.client.get("/v1/auth/profile").status == 401
    assert client.post("/v1/auth/refresh", {"refresh_token": ada.answer["refresh_token"]}).status == 401
    assert signs_in(client, NEXT)
    assert not signs_in(client, PASSWORD)
    assert "user.password_changed" in types()


def test_whoever_follows_a_reset_link_has_proved_the_address(member, client, link):
    ada = member()
    forget(client)

    client.post("/v1/auth/reset-password", {"token": link(ada.email), "password": NEXT})

    user = client.post("/v1/auth/login", {"email": ada.email, "password": NEXT}).json["user"]
    assert user["email_verified"] is True


def test_a_reset_link_works_once(member, client, link):
    ada = member()
    forget(client)
    token = link(ada.email)
    client.post("/v1/auth/reset-password", {"token": token, "password": NEXT})

    again = client.post("/v1/auth/reset-password", {"token": token, "password": "other-lantern-43"})

    assert (again.status, again.problem) == (400, "invalid-token")
    assert signs_in(client, NEXT)


def test_a_refused_password_leaves_the_reset_link_usable(member, client, link):
    ada = member()
    forget(client)
    token = link(ada.email)

    refused = client.post("/v1/auth/reset-password", {"token": token, "password": "password123"})

    assert refused.status == 422
    assert client.post("/v1/auth/reset-password", {"token": token, "password": NEXT}).status == 204


def test_a_reset_link_expires(member, client, link, clock):
    ada = member()
    forget(client)
    token = link(ada.email)
    clock.advance(timedelta(hours=1, seconds=1))

    assert client.post("/v1/auth/reset-password", {"token": token, "password": NEXT}).status == 400


def test_a_token_of_one_purpose_is_none_of_another(member, client, link):
    ada = member()
    verification = link(ada.email)

    assert client.post("/v1/auth/reset-password", {"token": verification, "password": NEXT}).status == 400
    assert client.post("/v1/auth/change-email/confirm", {"token": verification}).status == 400


def test_changing_the_password_signs_other_devices_out(member, client, mail):
    ada = member()
    other = client.post("/v1/auth/login", {"email": ada.email, "password": PASSWORD}).json

    answer = ada.client.post("/v1/auth/change-password", {"current_password": PASSWORD, "new_password": NEXT})

    assert answer.status == 204
    assert ada.client.get("/v1/auth/profile").status == 200
    assert client.with_token(other["access_token"]).get("/v1/auth/profile").status == 401
    assert signs_in(client, NEXT)
    assert "changed" in mail(ada.email)[-1]["text"]


def test_changing_the_password_takes_the_present_one(member, client):
    ada = member()

    answer = ada.client.post(
        "/v1/auth/change-password", {"current_password": "wrong-one-1", "new_password": NEXT}
    )

    assert (answer.status, answer.problem) == (401, "invalid-credentials")
    assert signs_in(client, PASSWORD)


@pytest.mark.settings(http={"rate_limits": True}, auth={"login_attempts": 3})
def test_a_stolen_session_cannot_guess_the_password(member):
    ada = member()
    change = {"current_password": "wrong-one-1", "new_password": NEXT}

    statuses = [ada.client.post("/v1/auth/change-password", change).status for _ in range(5)]

    assert statuses == [401, 401, 401, 429, 429]


def test_a_new_address_counts_once_it_is_confirmed(member, client, link, mail, types):
    ada = member()

    asked = ada.client.post(
        "/v1/auth/change-email", {"new_email": "Ada@new.example.com", "password": PASSWORD}
    )
    pending = ada.client.get("/v1/auth/profile").json
    confirmed = client.post("/v1/auth/change-email/confirm", {"token": link("Ada@new.example.com")})

    assert asked.status == 202
    assert (pending["email"], pending["pending_email"]) == ("ada@example.com", "Ada@new.example.com")
    assert (confirmed.json["email"], confirmed.json["email_verified"]) == ("Ada@new.example.com", True)
    assert "Ada@new.example.com" in mail("ada@example.com")[-1]["text"]
    assert signs_in(client, PASSWORD, "ada@new.example.com")
    assert not signs_in(client, PASSWORD, "ada@example.com")
    assert "user.email_changed" in types()


def test_changing_the_address_takes_the_password(member):
    ada = member()

    answer = ada.client.post(
        "/v1/auth/change-email", {"new_email": "x@example.com", "password": "wrong-one-1"}
    )

    assert answer.status == 401


def test_asking_for_a_taken_address_answers_alike_and_tells_its_owner(member, mail):
    ada, ben = member(), member("ben@example.com", "Ben")

    free = ada.client.post("/v1/auth/change-email", {"new_email": "free@example.com", "password": PASSWORD})
    taken = ada.client.post("/v1/auth/change-email", {"new_email": "BEN@example.com", "password": PASSWORD})

    assert (free.status, free.json) == (taken.status, taken.json)
    assert "another account" in mail(ben.email)[-1]["text"]


def test_an_address_taken_meanwhile_cannot_be_confirmed(member, client, link):
    ada = member()
    ada.client.post("/v1/auth/change-email", {"new_email": "late@example.com", "password": PASSWORD})
    token = link("late@example.com")
    member("late@example.com", "Late")

    answer = client.post("/v1/auth/change-email/confirm", {"token": token})

    assert (answer.status, answer.problem) == (409, "email-taken")
    assert ada.client.get("/v1/auth/profile").json["email"] == "ada@example.com"


def test_links_to_the_old_address_stop_working_with_the_change(member, client, link):
    ada = member()
    forget(client)
    old = link(ada.email)
    ada.client.post("/v1/auth/change-email", {"new_email": "new@example.com", "password": PASSWORD})
    client.post("/v1/auth/change-email/confirm", {"token": link("new@example.com")})

    answer = client.post("/v1/auth/reset-password", {"token": old, "password": NEXT})

    assert answer.status == 400
