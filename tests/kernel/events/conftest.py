"""Buses on a real database with the kernel's tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import kernel
from kernel.clock import TestClock
from kernel.events import Bus, EventsSettings, Subscriber
from kernel.storage import Database, DatabaseSettings
from kernel.testing.postgres import shared_postgres
from tests.kernel.events.jars import MakeBus


@pytest.fixture
def url() -> Iterator[str]:
    server = shared_postgres()
    template = server.template([("kernel", Path(kernel.__file__).parent / "migrations")])
    with server.database(template) as url:
        yield url


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def db(url: str, clock: TestClock) -> Iterator[Database]:
    db = Database(DatabaseSettings(url=url, pool_size=40), clock)
    yield db
    db.close_all()


@pytest.fixture
def make_bus(db: Database, clock: TestClock) -> MakeBus:
    def make(events: Sequence[type[Any]], subscribers: Sequence[Subscriber] = (), **settings: Any) -> Bus:
        return Bus(EventsSettings(**settings), db, clock, events, subscribers)

    return make
