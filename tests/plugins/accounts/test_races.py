"""Many clients at one moment, against a real server."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pyotp
import pytest

from kernel.testing import race
from tests.plugins.accounts.conftest import PASSWORD

PLUGINS = ("accounts",)
SETTINGS = {"auth": {"argon2_time": 2, "argon2_memory": 19456}}  # as in production
ADA = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada"}
NEXT = "amber-lantern-42"


@pytest.fixture
def ada(server):
    """Ada's bearer header, after she registered."""
    tokens = server.post("/v1/auth/register", ADA).json
    return {"authorization": f"Bearer {tokens['access_token']}"}


def statuses(outcomes):
    return Counter(answer.status for answer in outcomes)


def test_of_twenty_who_register_one_address_one_gets_it(server):
    spellings = ["ada@example.com", "ADA@example.com", "Ada@Example.com", "ada@EXAMPLE.COM"] * 5

    outcomes = race(
        *[
            lambda email=email: server.post("/v1/auth/register", {**ADA, "email": email})
            for email in spellings
        ]
    )

    assert statuses(outcomes) == {201: 1, 409: 19}


def test_of_ten_who_follow_one_reset_link_one_sets_the_password(server, ada):
    server.post("/v1/auth/forgot-password", {"email": ADA["email"]})
    token = _token_in_mail(server, "reset-password")
    passwords = [f"{NEXT}-{number}" for number in range(10)]

    outcomes = race(
        *[
            lambda password=password: server.post(
                "/v1/auth/reset-password", {"token": token, "password": password}
            )
            for password in passwords
        ]
    )

    assert statuses(outcomes) == {204: 1, 400: 9}
    winner = passwords[[answer.status for answer in outcomes].index(204)]
    assert server.post("/v1/auth/login", {"email": ADA["email"], "password": winner}).status == 200


def test_of_ten_who_bring_one_recovery_code_one_signs_in(server, ada):
    codes = _second_factor(server, ada)
    login = {"email": ADA["email"], "password": PASSWORD, "mfa_code": codes[0]}

    outcomes = race(*[lambda: server.post("/v1/auth/login", login)] * 10)

    assert statuses(outcomes) == {200: 1, 401: 9}


def test_twenty_sign_ins_at_once_all_succeed(server, ada):
    outcomes = race(
        *[lambda: server.post("/v1/auth/login", {"email": ADA["email"], "password": PASSWORD})] * 20
    )

    assert statuses(outcomes) == {200: 20}
    sessions = {answer.json["session_id"] for answer in outcomes}
    assert len(sessions) == 20


@pytest.mark.settings(database={"pool_size": 3, "pool_timeout": 1}, auth={"argon2_time": 20})
def test_many_sign_ins_at_once_keep_nobody_from_the_database(server, ada):
    login = {"email": ADA["email"], "password": PASSWORD}

    def sign_in() -> object:
        return server.post("/v1/auth/login", login, timeout=300)  # one after the other, on any machine

    def look() -> object:
        return server.get("/v1/auth/profile", headers=ada, timeout=300)

    outcomes = race(*[sign_in] * 24, *[look] * 12)

    assert statuses(outcomes) == {200: 36}


def test_a_password_changed_during_sign_ins_leaves_no_old_session_alive(server, ada):
    login = {"email": ADA["email"], "password": PASSWORD}
    change = {"current_password": PASSWORD, "new_password": NEXT}

    with ThreadPoolExecutor(9) as pool:
        signing_in = [pool.submit(server.post, "/v1/auth/login", login) for _ in range(8)]
        changed = pool.submit(server.post, "/v1/auth/change-password", change, headers=ada)
        answers = [one.result() for one in signing_in]

    assert changed.result().status == 204
    assert {answer.status for answer in answers} <= {200, 401}
    tokens = [answer.json["access_token"] for answer in answers if answer.status == 200]
    alive = [
        server.get("/v1/auth/profile", headers={"authorization": f"Bearer {token}"}).status
        for token in tokens
    ]
    assert set(alive) <= {401}


def test_of_two_administrators_who_revoke_each_other_one_remains(server):
    people = [
        server.post("/v1/auth/register", {**ADA, "email": f"admin{number}@example.com"}).json
        for number in (1, 2)
    ]
    _make_administrators(server, [one["user"]["id"] for one in people])

    outcomes = race(
        *[
            lambda mine=mine, other=other: server.request(
                "DELETE", f"/v1/users/{other['user']['id']}/roles/admin", token=mine["access_token"]
            )
            for mine, other in (people, people[::-1])
        ]
    )

    assert statuses(outcomes)[204] == 1, outcomes


def _make_administrators(server, ids):
    with (
        closing(psycopg2.connect(server.settings["database"]["url"])) as connection,
        connection.cursor() as cursor,
    ):
        for user_id in ids:
            cursor.execute(
                "INSERT INTO kernel_grant (id, account_id, role, scope, created_at, updated_at)"
                " VALUES (gen_random_uuid(), %s, 'admin', '', now(), now())",
                (user_id,),
            )
        connection.commit()


def _token_in_mail(server, page):
    for _ in range(300):
        messages = server.get(f"/_mailbox.json?to={ADA['email']}").json["items"]
        found = re.findall(rf"{page}\?token=([\w-]+)", str(messages))
        if found:
            return found[-1]
        server.get("/health/liveness")  # a real condition with a bound: the worker is at it
    raise AssertionError("no such mail came")


def _second_factor(server, ada):
    secret = server.post("/v1/auth/mfa/enrol", {"password": PASSWORD}, headers=ada).json["secret"]
    code = pyotp.TOTP(secret).now()
    return server.post("/v1/auth/mfa/confirm", {"code": code}, headers=ada).json["recovery_codes"]
