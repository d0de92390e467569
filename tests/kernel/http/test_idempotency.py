"""Idempotency keys: one key, one effect, one answer."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import falcon.testing
import pytest

from kernel.clock import TestClock
from kernel.errors import Conflict
from kernel.http import AUTHENTICATED, PUBLIC, Request, Response, Schema, endpoint, fields
from kernel.http.idempotency import purge
from kernel.storage import Database
from tests.kernel.http.conftest import MakeApi, as_user


class Charge(Schema):
    amount = fields.Integer(required=True)


class Receipt(Schema):
    id = fields.UUID()
    amount = fields.Integer()


class Charges:
    """Writes one row a charge; may be held, refused or broken in the middle."""

    def __init__(self, db: Database) -> None:
        self.db, self.entered, self.go = db, Event(), Event()
        self.go.set()
        self.fault: BaseException | None = None

    @endpoint(
        summary="Charge",
        permission=AUTHENTICATED,
        body=Charge,
        response=Receipt,
        status=201,
        idempotent=True,
        errors=(Conflict,),
    )
    def on_post(self, req: Request, resp: Response) -> dict[str, Any]:
        row = {"id": uuid.uuid4(), "amount": req.body["amount"]}
        self.db.execute_sql(
            "INSERT INTO test_charge (id, amount) VALUES (%s, %s)", (row["id"], row["amount"])
        )
        resp.set_header("Location", f"/v1/charges/{row['id']}")
        self.entered.set()
        assert self.go.wait(10)
        if self.fault:
            raise self.fault
        return row


@pytest.fixture
def charges(db: Database) -> Charges:
    db.execute_sql("CREATE TABLE test_charge (id uuid PRIMARY KEY, amount bigint)")
    return Charges(db)


@pytest.fixture
def api(make_api: MakeApi, charges: Charges, db: Database) -> falcon.testing.TestClient:
    return make_api("/charges", charges, db=db)


def charge(
    api: falcon.testing.TestClient, key: str | None = "key-00001", amount: int = 5, who: str = "ann"
) -> Any:
    headers = as_user(who) | ({"Idempotency-Key": key} if key else {})
    return api.simulate_post("/v1/charges", json={"amount": amount}, headers=headers)


def rows(db: Database) -> int:
    return int(db.rows("SELECT count(*) FROM test_charge")[0][0])


def test_a_retry_gets_the_same_answer_and_has_no_effect(api: falcon.testing.TestClient, db: Database) -> None:
    first, again = charge(api), charge(api)

    assert (first.status_code, again.status_code, rows(db)) == (201, 201, 1)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]


def test_fifty_parallel_requests_with_one_key_have_one_effect(
    api: falcon.testing.TestClient, db: Database
) -> None:
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: charge(api), range(50)))

    statuses = Counter(each.status_code for each in answers)
    assert rows(db) == 1
    assert set(statuses) <= {201, 409}
    assert statuses[201] >= 1
    assert len({each.content for each in answers if each.status_code == 201}) == 1
    assert {each.json["type"] for each in answers if each.status_code == 409} <= {
        "/problems/idempotency-key-in-use"
    }


def test_a_request_under_a_running_key_is_409(
    api: falcon.testing.TestClient, charges: Charges, db: Database
) -> None:
    charges.go.clear()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(charge, api)
        assert charges.entered.wait(10)

        meanwhile = charge(api)
        charges.go.set()

        assert (meanwhile.status_code, meanwhile.headers["retry-after"]) == (409, "1")
        assert running.result().status_code == 201
    assert charge(api).headers["idempotency-replayed"] == "true"
    assert rows(db) == 1


def test_a_key_with_another_body_is_422(api: falcon.testing.TestClient, db: Database) -> None:
    charge(api, amount=5)

    answer = charge(api, amount=6)

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/idempotency-key-reused")
    assert rows(db) == 1


def test_a_crash_before_the_commit_leaves_nothing_and_the_retry_runs(
    api: falcon.testing.TestClient, charges: Charges, db: Database
) -> None:
    charges.fault = RuntimeError("the process died here")
    crashed = charge(api)
    charges.fault = None

    retried = charge(api)

    assert (crashed.status_code, retried.status_code, rows(db)) == (500, 201, 1)
    assert "idempotency-replayed" not in retried.headers


def test_a_killed_connection_leaves_nothing_and_the_retry_runs(
    api: falcon.testing.TestClient, charges: Charges, db: Database
) -> None:
    charges.go.clear()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(charge, api)
        assert charges.entered.wait(10)
        db.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        charges.go.set()
        killed = running.result()

    retried = charge(api)

    assert (killed.status_code, retried.status_code, rows(db)) == (503, 201, 1)


def test_a_refusal_is_not_remembered(api: falcon.testing.TestClient, charges: Charges, db: Database) -> None:
    charges.fault = Conflict("closed")
    refused = charge(api)
    charges.fault = None

    assert (refused.status_code, charge(api).status_code, rows(db)) == (409, 201, 1)


def test_keys_of_two_callers_are_apart(api: falcon.testing.TestClient, db: Database) -> None:
    ann, bob = charge(api, who="ann"), charge(api, who="bob")

    assert ann.json["id"] != bob.json["id"]
    assert rows(db) == 2


def test_without_a_key_every_request_has_its_effect(api: falcon.testing.TestClient, db: Database) -> None:
    charge(api, key=None)
    charge(api, key=None)

    assert rows(db) == 2


@pytest.mark.parametrize("key", ["short", "x" * 256, "with space", "tab\tinside"])
def test_a_malformed_key_is_400(api: falcon.testing.TestClient, key: str) -> None:
    assert charge(api, key=key).status_code == 400


def test_an_endpoint_may_demand_a_key(make_api: MakeApi, db: Database) -> None:
    class Payout:
        @endpoint(summary="Pay", permission=PUBLIC, idempotent="required")
        def on_post(self, req: Request, resp: Response) -> None:
            pass

    api = make_api("/payout", Payout(), db=db)

    without = api.simulate_post("/v1/payout")
    with_key = [api.simulate_post("/v1/payout", headers={"Idempotency-Key": "key-00001"}) for _ in range(2)]

    assert (without.status_code, without.json["type"]) == (400, "/problems/idempotency-key-required")
    assert [each.status_code for each in with_key] == [204, 204]


def test_an_expired_key_is_new_again_and_purged(
    api: falcon.testing.TestClient, db: Database, clock: TestClock
) -> None:
    charge(api)
    kept = purge(db, clock)
    clock.advance(timedelta(days=1, seconds=1))

    renewed = charge(api, amount=6)
    charge(api, key="another-key")
    charge(api, key="a-third-key")
    clock.advance(timedelta(days=2))

    assert (kept, renewed.status_code, rows(db)) == (0, 201, 4)
    assert purge(db, clock, batch=1) == 3


def test_stored_answers_cannot_be_read_without_the_key(api: falcon.testing.TestClient, db: Database) -> None:
    answer = charge(api)

    stored = bytes(db.rows("SELECT answer || name || fingerprint FROM kernel_idempotency")[0][0])

    assert answer.json["id"].encode() not in stored
    assert b"key-00001" not in stored
