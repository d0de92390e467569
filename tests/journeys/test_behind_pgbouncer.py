"""The product behind PgBouncer in transaction mode, as the guide says to put it there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from psycopg2 import sql

from kernel.storage import uuid7
from kernel.testing.postgres import DisposablePostgres
from kernel.testing.redis import disposable_redis
from kernel.testing.server import race
from tests.journeys.conftest import House, opened
from tests.journeys.pooler import CONNECTIONS, PgBouncer, pgbouncer_program
from tests.journeys.residents import Market

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        pgbouncer_program() is None, reason="UNTESTED behind a pooler: pgbouncer is not installed"
    ),
]
SESSION = {"statement_timeout": "30s", "lock_timeout": "10s", "jit": "off"}
"""What Stoa sets its sessions to, and PgBouncer drops: the database says it instead."""


@pytest.fixture(scope="module")
def market(postgres: DisposablePostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """The profile as shipped, on an empty database; `pooler` is what its statements go through."""
    directory = tmp_path_factory.mktemp("pooled")
    program = pgbouncer_program()
    assert program is not None
    with postgres.database() as url, disposable_redis() as redis:
        _set(url)
        pooler = PgBouncer(program, directory, url)
        running = Market(directory, pooler.url, redis.url)
        running.environ |= {"STOA__DATABASE__DIRECT_URL": url, "STOA__DATABASE__PREPARED": "false"}
        try:
            pooler.start()
            yield running.start()
        finally:
            running.stop()
            pooler.stop()


@pytest.fixture(scope="module")
def founded(market: Market) -> House:
    """A building in use on it."""
    return opened(market)


def _set(url: str) -> None:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        for name, value in SESSION.items():
            database = sql.Identifier(psycopg2.extensions.parse_dsn(url)["dbname"])
            cursor.execute(
                sql.SQL("ALTER DATABASE {} SET {} = %s").format(database, sql.Identifier(name)), [value]
            )


def test_an_order_is_placed_paid_and_talked_about(house: House) -> None:
    listed = house.offer(house.ada, "Garden chair", quantity=3)
    writing, reading = house.ben.connect("/chat"), house.ada.connect("/chat")

    found = house.ben.get(f"/v1/listings?scope={house.scope}")["items"]
    order = house.order(house.ben, listed)
    house.pay(house.ben, order["id"])  # events that a worker delivers confirm it
    room = house.market.until(lambda: house.ben.get(f"/v1/order-chats/{order['id']}")["conversation_id"])
    writing.call("message:send", {"conversation_id": room, "id": str(uuid7()), "text": "On my way"})

    assert [one["title"] for one in found] == ["Garden chair"]
    assert house.ada.get(f"/v1/listings/{listed['id']}")["quantity"] == 2
    heard = reading.expect("message:new", lambda data: data["message"]["text"] == "On my way")
    assert heard.room == f"conversation:{room}"


def test_notifications_of_postgresql_arrive_past_it(house: House) -> None:
    """Who signs out is cut off at once in every process: that goes by LISTEN."""
    visitor = house.moves_in("Vera Visitor")
    socket = visitor.connect("/chat")

    visitor.post("/v1/auth/logout")

    assert socket.wait_closed()
    assert visitor.ask("GET", "/v1/users/me").status == 401


def test_more_requests_at_once_than_it_has_connections_are_answered(house: House) -> None:
    asking = [lambda: house.ben.ask("GET", "/v1/conversations").status] * (6 * CONNECTIONS)

    assert race(*asking) == [200] * len(asking)


def test_sessions_are_as_they_should_be(house: House) -> None:
    assert "session_parameters_lost" not in house.market.output()
