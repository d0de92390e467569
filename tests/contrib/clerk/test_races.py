"""Many clients and many webhooks at one moment, against a real server."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import psycopg2

from kernel.testing import race
from tests.contrib.clerk.clerk import ADA, WEBHOOKS, signed, user


def rows(server, sql):
    with (
        closing(psycopg2.connect(server.settings["database"]["url"])) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
        return cursor.fetchall()


def posted(server, type, data, message_id=""):
    body = json.dumps({"type": type, "data": data}).encode()
    headers = signed(datetime.now(UTC), body, message_id)
    return lambda: server.post(WEBHOOKS, body=body, headers=headers)


def asked(server, clerk, **claims):
    headers = {"authorization": f"Bearer {clerk.token(datetime.now(UTC), **claims)}"}
    return lambda: server.get("/v1/auth/profile", headers=headers)


def test_of_fifty_first_requests_one_opens_the_account(server, clerk):
    outcomes = race(*[asked(server, clerk, jti=str(number)) for number in range(50)])

    assert Counter(answer.status for answer in outcomes) == {200: 50}
    assert len({answer.json["id"] for answer in outcomes}) == 1
    assert rows(server, "SELECT count(*) FROM accounts_user") == [(1,)]
    assert clerk.requests.count(f"/v1/users/{ADA}") == 1
    assert clerk.requests.count("/.well-known/jwks.json") == 1


def test_while_clerk_is_slow_the_others_are_served(server, clerk):
    clerk.hold()
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(asked(server, clerk)) for _ in range(30)]
        clerk.asked.wait(30)
        others = [server.get("/v1/auth/profile").status for _ in range(5)]
        served_before = not any(one.done() for one in waiting)
        clerk.go_on.set()

    assert others == [401] * 5
    assert served_before
    assert {one.result().status for one in waiting} == {200}


def test_a_session_that_ends_while_it_is_exchanged_leaves_none_behind(server, clerk):
    asked(server, clerk)()
    token = clerk.token(datetime.now(UTC))
    calls = [lambda: server.post("/v1/auth/external/clerk", {"token": token})] * 10
    calls += [posted(server, "session.ended", {"id": "sess_1"})] * 2

    outcomes = race(*calls)

    assert {answer.status for answer in outcomes} <= {200, 204, 401}
    assert rows(server, "SELECT count(*) FROM kernel_session WHERE revoked_at IS NULL") == [(0,)]


def test_first_requests_and_the_webhook_open_one_account(server, clerk):
    calls = [asked(server, clerk) for _ in range(10)]
    calls += [posted(server, "user.created", user(), "msg_same") for _ in range(10)]

    outcomes = race(*calls)

    assert Counter(answer.status for answer in outcomes) == {200: 10, 204: 10}
    assert rows(server, "SELECT count(*) FROM accounts_user") == [(1,)]
    assert rows(server, "SELECT count(*) FROM clerk_webhook") == [(1,)]


def test_updates_in_a_race_leave_the_newest(server):
    posted(server, "user.created", user())()
    stamps = [1_700_000_000_000 + number for number in range(1, 25)]
    updates = [posted(server, "user.updated", user(first_name=f"N{at}", updated_at=at)) for at in stamps]

    outcomes = race(*updates)

    assert {answer.status for answer in outcomes} == {204}
    assert rows(server, "SELECT name FROM accounts_user") == [(f"N{stamps[-1]} Lovelace",)]


def test_a_deletion_among_updates_and_requests_is_final(server, clerk):
    asked(server, clerk)()
    calls = [asked(server, clerk) for _ in range(8)]
    calls += [posted(server, "user.updated", user(updated_at=1_700_000_000_000 + n)) for n in range(8)]
    calls += [posted(server, "user.deleted", {"id": ADA, "deleted": True}) for _ in range(4)]

    outcomes = race(*calls)

    assert {answer.status for answer in outcomes} <= {200, 204, 401}
    assert asked(server, clerk)().status == 401
    assert rows(server, "SELECT count(*) FROM accounts_user WHERE deleted_at IS NULL") == [(0,)]
