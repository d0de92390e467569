"""An application of real parts: database, bus, tasks, listener."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kernel
from kernel.application import Application, activate
from kernel.clock import TestClock
from kernel.events import Bus, EventsSettings
from kernel.redis import RedisSettings
from kernel.storage import Database, DatabaseSettings, Listener
from kernel.tasks import TaskQueue, TasksSettings
from kernel.tasks.worker import Worker
from kernel.testing.postgres import shared_postgres
from tests.kernel.tasks import chores

MakeApp = Callable[..., Application]


def assemble(url: str, clock: TestClock, redis: str = "", events: Any = None, **tasks: Any) -> Application:
    """Wire what background work needs, as `kernel.assembly` does."""
    made = Application()
    made.clock = clock
    made.db = Database(DatabaseSettings(url=url, pool_size=30), clock)
    made.listener = Listener(DatabaseSettings(url=url))
    made.bus = Bus(events or EventsSettings(), made.db, clock, chores.EVENTS, chores.SUBSCRIBERS)
    settings, at = TasksSettings(**tasks), RedisSettings(url=redis)
    made.tasks = TaskQueue(settings, made.db, clock, chores.TASKS, at)
    return made


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
def make_app(url: str, clock: TestClock) -> Iterator[MakeApp]:
    made: list[Application] = []
    before: list[Application | None] = []

    def make(**settings: Any) -> Application:
        made.append(assemble(url, clock, **settings))
        before.append(activate(made[-1]))
        chores.prepare(made[-1].db)
        return made[-1]

    yield make
    activate(before[0] if before else None)
    for application in made:
        application.listener.stop()
        application.db.close_all()


@pytest.fixture
def app(make_app: MakeApp) -> Application:
    return make_app()


@pytest.fixture
def start_worker() -> Iterator[Callable[[Application], Worker]]:
    started: list[Worker] = []

    def start(application: Application) -> Worker:
        application.listener.start()
        application.listener.wait_connected()
        started.append(Worker(application))
        started[-1].start()
        return started[-1]

    yield start
    for worker in started:
        worker.stop()
