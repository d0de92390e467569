"""What Clerk tells: once, in any order, and only if Clerk told it."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest

from contrib.clerk import webhooks
from plugins.accounts import api
from tests.contrib.clerk.clerk import ADA, OLD_SECRET, SECRET, WEBHOOKS, deliver, signed, user

LATER = 1_700_000_000_001
EVENT = json.dumps({"type": "user.created", "data": user()}).encode()
PASSWORD = "violet-harbour-71"


def people(client):
    """Return names, addresses and whether they are deleted, in the order they joined."""
    sql = "SELECT name, email, deleted_at IS NOT NULL FROM accounts_user ORDER BY id"
    return client.app.db.rows(sql)


def post(client, body, headers):
    return client.post(WEBHOOKS, body=body, headers=headers)


def events(client, type):
    [(count,)] = client.app.db.rows("SELECT count(*) FROM kernel_event WHERE type = %s", (type,))
    return count


# -- signatures ----------------------------------------------------------------


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_either_secret_is_taken_while_one_replaces_the_other(client, clock, secret):
    assert post(client, EVENT, signed(clock.now(), EVENT, secret=secret)).status == 204
    assert people(client) == [("Ada Lovelace", "ada@example.com", False)]


def test_one_right_signature_among_several_is_enough(client, clock):
    headers = signed(clock.now(), EVENT)
    headers["svix-signature"] = "v1a,AAAA v1,AAAA " + headers["svix-signature"]

    assert post(client, EVENT, headers).status == 204


def test_the_headers_of_standard_webhooks_are_taken_too(client, clock):
    named = {name.replace("svix", "webhook"): value for name, value in signed(clock.now(), EVENT).items()}

    assert post(client, EVENT, named).status == 204


def without(name):
    return lambda headers: {key: value for key, value in headers.items() if key != name}


@pytest.mark.parametrize(
    "change",
    [
        without("svix-id"),
        without("svix-timestamp"),
        without("svix-signature"),
        lambda headers: {**headers, "svix-id": "msg_another"},
        lambda headers: {**headers, "svix-timestamp": str(int(headers["svix-timestamp"]) + 1)},
        lambda headers: {**headers, "svix-timestamp": "now"},
        lambda headers: {**headers, "svix-timestamp": "9" * 400},
        lambda headers: {**headers, "svix-timestamp": "-1"},
        lambda headers: {**headers, "svix-signature": ""},
        lambda headers: {**headers, "svix-signature": "v1,"},
        lambda headers: {**headers, "svix-signature": "v1,é"},
        lambda headers: {**headers, "svix-signature": headers["svix-signature"].replace("v1,", "v2,")},
        lambda headers: {**headers, "svix-signature": "v1,AAAA " * 40 + headers["svix-signature"]},
    ],
)
def test_a_webhook_signed_otherwise_changes_nothing(client, clock, change):
    answer = post(client, EVENT, change(signed(clock.now(), EVENT)))

    assert (answer.status, answer.problem) == (401, "webhook-signature-refused")
    assert people(client) == []


def test_an_altered_body_is_refused(client, clock):
    answer = post(client, EVENT.replace(b"ada@", b"eve@"), signed(clock.now(), EVENT))

    assert answer.status == 401
    assert people(client) == []


def test_a_secret_of_somebody_else_signs_nothing(client, clock):
    stranger = "whsec_c3RyYW5nZXItc3RyYW5nZXItc3RyYW5nZXI="

    assert post(client, EVENT, signed(clock.now(), EVENT, secret=stranger)).status == 401


@pytest.mark.parametrize(("seconds", "status"), [(-302, 401), (-290, 204), (290, 204), (302, 401)])
def test_a_timestamp_may_be_five_minutes_off(client, clock, seconds, status):
    headers = signed(clock.now() + timedelta(seconds=seconds), EVENT)

    assert post(client, EVENT, headers).status == status


def test_a_body_beyond_the_limit_is_not_read(client, clock):
    body = json.dumps({"type": "user.created", "data": {"padding": "x" * 300_000}}).encode()

    assert post(client, body, signed(clock.now(), body)).status == 413


@pytest.mark.parametrize("body", [b"", b"{", b"\xff"])
def test_what_is_no_json_is_refused_as_such(client, clock, body):
    assert post(client, body, signed(clock.now(), body)).status == 400


@pytest.mark.parametrize(
    "event",
    [
        [],
        {"type": "user.created"},
        {"type": "user.created", "data": []},
        {"type": "user.created", "data": {}},
        {"type": "user.created", "data": {"id": ADA}},
        {"type": "user.created", "data": user(updated_at="yesterday")},
        {"type": "user.created", "data": user(updated_at=1 << 70)},
        {"type": "user.created", "data": user(id=7)},
        {"type": "user.created", "data": user(id="user_\x00")},
        {"type": "user.deleted", "data": {"id": ""}},
        {"type": "session.ended", "data": {}},
    ],
    ids=str,
)
def test_an_event_of_another_shape_is_refused_by_field(client, clock, event):
    body = json.dumps(event).encode()

    answer = post(client, body, signed(clock.now(), body))

    assert (answer.status, next(iter(answer.faults)).startswith("/data")) == (422, True)
    assert people(client) == []


def test_an_event_of_another_type_is_acknowledged(client):
    assert deliver(client, "organization.created", {"id": "org_1"}).status == 204


# -- users ---------------------------------------------------------------------


def test_a_message_counts_once(client):
    for _ in range(3):
        assert deliver(client, "user.created", user(), "msg_same").status == 204

    assert len(people(client)) == 1
    assert events(client, "accounts.user.registered.v1") == 1


def test_a_repeated_message_does_not_undo_what_the_person_did_since(client):
    deliver(client, "user.created", user())
    deliver(client, "user.updated", user(first_name="Augusta", updated_at=LATER), "msg_same")
    client.app.db.execute_sql("UPDATE accounts_user SET name = 'A. K.'")

    deliver(client, "user.updated", user(first_name="Augusta", updated_at=LATER), "msg_same")

    assert people(client)[0][0] == "A. K."


def test_an_update_changes_what_changed_at_clerk_and_leaves_the_rest(client):
    deliver(client, "user.created", user())
    client.app.db.execute_sql("UPDATE accounts_user SET name = 'A. K.', name_key = 'a. k.'")

    deliver(client, "user.updated", user(image_url="https://img.clerk.com/new", updated_at=LATER))

    [row] = client.app.db.rows("SELECT name, avatar_url, given_name FROM accounts_user")
    assert row == ("A. K.", "https://img.clerk.com/new", "Ada")


def test_an_update_announces_the_profile(client):
    deliver(client, "user.created", user())

    deliver(client, "user.updated", user(first_name="Augusta", updated_at=LATER))
    deliver(client, "user.updated", user(first_name="Augusta", updated_at=LATER + 1))

    assert people(client)[0][0] == "Augusta Lovelace"
    assert events(client, "accounts.user.profile_updated.v1") == 1


def test_an_older_update_after_a_newer_one_changes_nothing(client):
    deliver(client, "user.created", user())
    deliver(client, "user.updated", user(first_name="Newest", updated_at=LATER + 5))

    deliver(client, "user.updated", user(first_name="Older", updated_at=LATER))
    deliver(client, "user.created", user())

    assert people(client)[0][0] == "Newest Lovelace"


def test_an_update_that_comes_before_the_creation_opens_the_account(client):
    deliver(client, "user.updated", user(first_name="Newest", updated_at=LATER))
    deliver(client, "user.created", user())

    assert people(client) == [("Newest Lovelace", "ada@example.com", False)]


def test_a_new_verified_address_replaces_the_old_one(client):
    deliver(client, "user.created", user())

    deliver(client, "user.updated", user(email="ada@new.example.com", updated_at=LATER))

    assert people(client)[0][1] == "ada@new.example.com"
    assert events(client, "accounts.user.email_changed.v1") == 1


def test_an_address_nobody_verified_replaces_nothing(client):
    deliver(client, "user.created", user())

    deliver(client, "user.updated", user(email="eve@example.com", verified=False, updated_at=LATER))

    assert people(client)[0][1] == "ada@example.com"


def test_an_address_of_another_account_is_not_taken(client):
    deliver(client, "user.created", user())
    api.create_user(name="Ben", email="ben@example.com", verified=True)

    answer = deliver(
        client, "user.updated", user(email="ben@example.com", first_name="Bea", updated_at=LATER)
    )

    assert answer.status == 204
    assert people(client)[0][:2] == ("Bea Lovelace", "ada@example.com")


def test_an_address_no_mail_reaches_is_not_taken(client):
    deliver(client, "user.created", user())

    assert deliver(client, "user.updated", user(email="ada@localhost", updated_at=LATER)).status == 204
    assert people(client)[0][1] == "ada@example.com"


def test_an_account_that_has_the_address_is_linked_when_both_verified_it(client, call):
    ben = api.create_user(name="Ben", email="ada@example.com", verified=True)

    deliver(client, "user.created", user())

    assert call().json["id"] == str(ben)


def test_an_account_that_never_verified_the_address_is_left_alone_and_the_webhook_acknowledged(client):
    api.create_user(name="Ben", email="ada@example.com")

    assert deliver(client, "user.created", user()).status == 204
    assert people(client) == [("Ben", "ada@example.com", False)]
    assert client.app.db.rows("SELECT 1 FROM accounts_identity") == []


@pytest.mark.settings(accounts={"external_registration": False})
def test_where_the_profile_forbids_it_a_webhook_opens_no_account(client):
    assert deliver(client, "user.created", user()).status == 204
    assert people(client) == []


def test_a_deleted_user_loses_the_account(client, call, clerk):
    token = clerk.token(client.app.clock.now())
    call(token)

    assert deliver(client, "user.deleted", {"id": ADA, "deleted": True}).status == 204

    assert people(client) == [("Deleted user", None, True)]
    assert call(token).status == 401
    assert events(client, "accounts.user.deleted.v1") == 1


def test_deleted_stays_deleted_whatever_comes_late(client, call, clock):
    deliver(client, "user.created", user())
    deliver(client, "user.deleted", {"id": ADA, "deleted": True})

    deliver(client, "user.updated", user(updated_at=LATER))
    deliver(client, "user.created", user())
    deliver(client, "user.deleted", {"id": ADA, "deleted": True})

    assert people(client) == [("Deleted user", None, True)]
    assert call().status == 401


def test_a_user_deleted_before_anything_was_heard_is_not_opened_afterwards(client, call):
    deliver(client, "user.deleted", {"id": ADA, "deleted": True})

    deliver(client, "user.created", user())

    assert people(client) == []
    assert call().problem == "provider-token-refused"


def test_an_account_with_another_way_in_keeps_it(client, call):
    ours = client.post(
        "/v1/auth/register", {"email": "ada@example.com", "password": PASSWORD, "name": "Ada"}
    ).json
    client.app.db.execute_sql("UPDATE accounts_user SET email_verified_at = now()")
    call()

    deliver(client, "user.deleted", {"id": ADA, "deleted": True})

    assert call().status == 401
    assert call(ours["access_token"]).status == 401  # every session ends
    again = client.post("/v1/auth/login", {"email": "ada@example.com", "password": PASSWORD})
    assert again.status == 200


def test_the_last_administrator_is_kept_though_deleted_at_clerk(client, call):
    user_id = UUID(call().json["id"])
    client.app.auth.grant(user_id, "admin")

    assert deliver(client, "user.deleted", {"id": ADA, "deleted": True}).status == 204

    assert people(client) == [("Ada Lovelace", "ada@example.com", False)]
    assert call().status == 401


def test_somebody_banned_at_clerk_is_signed_out_here(client, call, clerk, clock):
    deliver(client, "user.created", user())
    token = clerk.token(clock.now())
    assert call(token).status == 200

    deliver(client, "user.updated", user(banned=True, updated_at=LATER))

    assert call(token).status == 401


# -- sessions and housekeeping ---------------------------------------------------


@pytest.mark.parametrize("type", ["session.ended", "session.removed", "session.revoked"])
def test_a_session_that_ended_at_clerk_ends_here_with_what_it_was_exchanged_for(client, call, clerk, type):
    token = clerk.token(client.app.clock.now())
    ours = client.post("/v1/auth/external/clerk", {"token": token}).json["access_token"]
    other = call(sid="sess_2").status

    assert deliver(client, type, {"id": "sess_1", "user_id": ADA}).status == 204

    assert (call(token).status, call(ours).status) == (401, 401)
    assert client.post("/v1/auth/external/clerk", {"token": token}).status == 401
    assert other == call(sid="sess_2").status == 200


def test_what_does_not_come_again_is_forgotten(client, clock, work):
    deliver(client, "user.created", user(), "msg_1")
    deliver(client, "session.ended", {"id": "sess_1"})
    clock.advance(timedelta(days=6))
    assert webhooks.purge() == 0
    clock.advance(timedelta(days=2))

    work()

    assert client.app.db.rows("SELECT 1 FROM clerk_webhook") == []
    assert client.app.db.rows("SELECT 1 FROM accounts_external_session") == []


def test_nothing_readable_about_a_person_is_kept_here(client):
    deliver(client, "user.created", user())

    kept = json.dumps(client.app.db.dicts("SELECT said FROM clerk_user"))

    assert "Ada" not in kept
    assert "example.com" not in kept
