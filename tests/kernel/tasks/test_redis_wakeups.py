"""Wake-ups through a real Redis, and without it when it goes away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from kernel.application import Application
from kernel.clock import TestClock
from kernel.tasks.worker import Worker
from kernel.testing.redis import DisposableRedis, disposable_redis
from tests.kernel.tasks import chores
from tests.kernel.tasks.chores import eventually
from tests.kernel.tasks.conftest import MakeApp

Start = Callable[[Application], Worker]


@pytest.fixture
def redis() -> Iterator[DisposableRedis]:
    with disposable_redis() as running:
        yield running


def test_a_committed_task_is_run_without_a_poll(
    make_app: MakeApp, start_worker: Start, redis: DisposableRedis
) -> None:
    app = make_app(redis=redis.url, poll=60.0)
    start_worker(app)

    with app.db.atomic():
        chores.sweep_floor.enqueue("hall")

    assert eventually(lambda: chores.ran() == ["sweep hall 1"], 5)


def test_tasks_enqueued_while_redis_is_away_are_run(
    make_app: MakeApp, start_worker: Start, redis: DisposableRedis
) -> None:
    app = make_app(redis=redis.url, poll=0.1)
    start_worker(app)
    redis.stop()

    for number in range(10):
        chores.sweep_floor.enqueue(f"room {number}")

    assert eventually(lambda: len(chores.ran()) == 10)
    assert sorted(chores.ran()) == sorted(f"sweep room {number} 1" for number in range(10))


def test_a_frozen_redis_loses_no_task(make_app: MakeApp, start_worker: Start, redis: DisposableRedis) -> None:
    app = make_app(redis=redis.url, poll=0.1)
    start_worker(app)
    redis.pause()

    for number in range(10):
        chores.sweep_floor.enqueue(f"room {number}")

    assert eventually(lambda: len(chores.ran()) == 10)
    redis.resume()


def test_ids_redis_lost_are_pushed_again(
    make_app: MakeApp, start_worker: Start, redis: DisposableRedis
) -> None:
    app = make_app(redis=redis.url, poll=0.1, rewake=0.3)
    for number in range(10):
        chores.sweep_floor.enqueue(f"room {number}")
    redis.kill()
    redis.start()

    start_worker(app)

    assert eventually(lambda: app.tasks.depth()["queued"] + app.tasks.depth()["running"] == 0)
    assert len(chores.ran()) == 10
    assert {record.state for record in app.tasks.log(name=chores.sweep_floor.name)} == {"done"}


def test_redis_stopped_and_started_under_load_loses_and_doubles_nothing(
    make_app: MakeApp, start_worker: Start, redis: DisposableRedis
) -> None:
    app = make_app(redis=redis.url, poll=0.1, rewake=0.5)
    start_worker(app)

    for number in range(90):
        if number == 30:
            redis.kill()
        if number == 60:
            redis.start()
        chores.sweep_floor.enqueue(f"room {number}")

    assert eventually(lambda: app.tasks.depth()["queued"] + app.tasks.depth()["running"] == 0, 20)
    assert sorted(chores.ran()) == sorted(f"sweep room {number} 1" for number in range(90))


def test_a_delayed_task_is_woken_when_it_is_due(
    make_app: MakeApp, start_worker: Start, redis: DisposableRedis, clock: TestClock
) -> None:
    app = make_app(redis=redis.url, poll=0.1)
    chores.sweep_floor.enqueue("hall", at=clock.now() + timedelta(hours=1))
    start_worker(app)

    clock.advance(timedelta(hours=1))

    assert eventually(lambda: "sweep hall 1" in chores.ran())


def test_a_unique_run_behind_a_running_one_is_woken_after_it(
    make_app: MakeApp, start_worker: Start, redis: DisposableRedis
) -> None:
    app = make_app(redis=redis.url, poll=0.1, rewake=60.0)
    start_worker(app)
    chores.gate.clear()
    chores.paint.enqueue("hall")
    assert eventually(lambda: chores.ran() == ["start hall"])
    second = chores.paint.enqueue("hall")
    woken = "SELECT woken_at FROM kernel_task WHERE id = %s"
    assert eventually(lambda: app.db.rows(woken, (second,))[0][0] is None)

    chores.gate.set()

    assert eventually(lambda: chores.ran() == ["start hall", "end hall"] * 2)
