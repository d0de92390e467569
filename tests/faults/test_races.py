"""The races of ARCHITECTURE §4-§7 between real clients of a real server."""

from __future__ import annotations

from collections import Counter

from kernel.testing import race
from tests.faults.load import ENTRIES

ADA = {"email": "ada@example.com", "password": "violet-harbour-71", "name": "Ada"}


def statuses(outcomes):
    return Counter(answer.status for answer in outcomes)


def test_of_fifty_posts_with_one_key_one_takes_effect(begin):
    site = begin(database={"pool_size": 10})
    server = site.server.start()
    key = {"idempotency-key": "one-key-for-all-fifty"}

    outcomes = race(*[lambda: server.post(ENTRIES, {"note": "once"}, headers=key)] * 50)

    counted = statuses(outcomes)
    assert set(counted) <= {201, 409}
    assert counted[201] >= 1
    assert len({answer.json["id"] for answer in outcomes if answer.status == 201}) == 1
    fresh = [one for one in outcomes if one.status == 201 and "idempotency-replayed" not in one.headers]
    assert len(fresh) == 1
    assert {one.problem for one in outcomes if one.status == 409} <= {"idempotency-key-in-use"}
    assert site.one("SELECT count(*) FROM counter_entry") == 1
    assert site.one("SELECT count(*) FROM kernel_event WHERE type LIKE 'counter.%%'") == 1


def test_a_key_answers_the_same_again_and_refuses_another_body(begin):
    server = begin().server.start()
    key = {"idempotency-key": "a-key-of-this-test"}

    first = server.post(ENTRIES, {"note": "a"}, headers=key)
    again = server.post(ENTRIES, {"note": "a"}, headers=key)
    other = server.post(ENTRIES, {"note": "b"}, headers=key)

    assert (again.status, again.body) == (201, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status, other.problem) == (422, "idempotency-key-reused")


def test_of_twenty_refreshes_of_one_token_one_wins(begin):
    server = begin("accounts").server.start()
    tokens = server.post("/v1/auth/register", ADA).json
    body = {"refresh_token": tokens["refresh_token"]}

    outcomes = race(*[lambda: server.post("/v1/auth/refresh", body)] * 20)

    assert statuses(outcomes) == {200: 1, 401: 19}
    lost = {one.problem for one in outcomes if one.status == 401}
    assert lost <= {"refresh-token-raced", "refresh-token-reused", "credentials-refused"}
    [winner] = [one.json for one in outcomes if one.status == 200]
    # Who came after the winner was done replayed a spent token, which ends the session, whoever it was.
    lives = 401 if "refresh-token-reused" in lost else 200
    assert server.get("/v1/auth/profile", token=winner["access_token"]).status == lives
    assert server.post("/v1/auth/refresh", {"refresh_token": winner["refresh_token"]}).status == lives


def test_twenty_retries_of_one_refresh_under_its_key_all_get_the_same_token(begin):
    server = begin("accounts").server.start()
    tokens = server.post("/v1/auth/register", ADA).json
    body, key = {"refresh_token": tokens["refresh_token"]}, {"idempotency-key": "one-refresh-of-ada"}

    outcomes = race(*[lambda: server.post("/v1/auth/refresh", body, headers=key)] * 20)

    assert statuses(outcomes) == {200: 20}
    [successor] = {one.json["refresh_token"] for one in outcomes}
    assert server.post("/v1/auth/refresh", {"refresh_token": successor}).status == 200


def test_a_token_spent_before_ends_the_session_for_the_thief_and_the_owner(begin):
    server = begin("accounts").server.start()
    first = server.post("/v1/auth/register", ADA).json
    second = server.post("/v1/auth/refresh", {"refresh_token": first["refresh_token"]}).json
    third = server.post("/v1/auth/refresh", {"refresh_token": second["refresh_token"]}).json

    stolen = server.post("/v1/auth/refresh", {"refresh_token": first["refresh_token"]})

    assert (stolen.status, stolen.problem) == (401, "refresh-token-reused")
    assert server.get("/v1/auth/profile", token=third["access_token"]).status == 401
    assert server.post("/v1/auth/refresh", {"refresh_token": third["refresh_token"]}).status == 401


def test_of_two_editors_with_one_etag_one_is_told_of_the_other(begin):
    site = begin()
    server = site.server.start()
    page = server.post("/v1/counter/pages", {"text": "first"}).json["id"]
    path = f"/v1/counter/pages/{page}"
    tag = server.get(path).headers["etag"]

    for version in range(2, 6):
        outcomes = race(
            *[
                lambda who=who, tag=tag: server.request("PUT", path, {"text": who}, headers={"if-match": tag})
                for who in ("ann", "bob", "cid", "dan")
            ]
        )

        assert statuses(outcomes) == {200: 1, 412: 3}
        [winner] = [one for one in outcomes if one.status == 200]
        assert winner.json["version"] == version
        tag = winner.headers["etag"]
        assert server.get(path).headers["etag"] == tag
    assert site.one("SELECT edits FROM counter_page") == 4


def test_editors_without_an_etag_all_write_and_none_is_lost_count_of(begin):
    site = begin()
    server = site.server.start()
    page = server.post("/v1/counter/pages", {"text": "first"}).json["id"]

    outcomes = race(*[lambda: server.request("PUT", f"/v1/counter/pages/{page}", {"text": "x"})] * 20)

    assert statuses(outcomes) == {200: 20}
    assert site.rows("SELECT edits, version FROM counter_page") == [(20, 21)]
