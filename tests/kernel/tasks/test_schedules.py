"""Schedules: once a tick, across processes, by the injected clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from kernel.application import Application
from kernel.clock import TestClock
from tests.kernel.tasks import chores
from tests.kernel.tasks.conftest import assemble

START = datetime(2026, 3, 1, 6, 0, 3, tzinfo=UTC)


def names(fired: list[object]) -> list[str]:
    return [one.function.__name__ for one in fired]


@pytest.fixture
def known(app: Application, clock: TestClock) -> Application:
    """Return an application whose schedules were all seen, the clock standing at START."""
    clock.freeze(START)
    app.tasks.schedules.forget()
    assert app.tasks.schedules.fire_due() == []
    return app


def test_a_schedule_fires_once_at_each_tick(known: Application, clock: TestClock) -> None:
    fired = []
    for _ in range(35):
        clock.advance(timedelta(seconds=1))
        fired += names(known.tasks.schedules.fire_due())
        known.tasks.drain()

    assert fired == ["water_plants"] * 3
    assert chores.rang() == ["water"] * 3


def test_a_cron_line_fires_at_its_minute(known: Application, clock: TestClock) -> None:
    clock.set(START.replace(minute=29, second=59))
    before = names(known.tasks.schedules.fire_due())
    clock.freeze(START.replace(minute=30, second=0))
    at = names(known.tasks.schedules.fire_due())

    assert "ring_bell" not in before
    assert "ring_bell" in at
    assert known.tasks.schedules.fire_due() == []


def test_a_new_schedule_starts_with_the_first_tick_after_its_process(
    url: str, app: Application, clock: TestClock
) -> None:
    clock.freeze(START)
    fresh = assemble(url, clock)

    before = fresh.tasks.schedules.fire_due()
    clock.advance(timedelta(seconds=10))
    at = names(fresh.tasks.schedules.fire_due())
    app.db.execute_sql("DELETE FROM kernel_schedule")
    fresh.tasks.schedules.forget()
    emptied = fresh.tasks.schedules.fire_due()
    clock.advance(timedelta(seconds=10))
    after = names(fresh.tasks.schedules.fire_due())
    fresh.db.close_all()

    assert (before, at, emptied, after) == ([], ["water_plants"], [], ["water_plants"])


def test_missed_ticks_fire_once(known: Application, clock: TestClock) -> None:
    clock.advance(timedelta(hours=3))

    fired = names(known.tasks.schedules.fire_due())

    assert sorted(fired) == ["purge", "ring_bell", "water_plants"]
    assert known.tasks.schedules.fire_due() == []


def test_a_slow_run_is_followed_by_one_run_however_many_ticks_pass(
    known: Application, clock: TestClock
) -> None:
    clock.advance(timedelta(seconds=10))
    known.tasks.schedules.fire_due()
    row = known.tasks.rows.claim_next()
    for _ in range(5):
        clock.advance(timedelta(seconds=10))
        known.tasks.schedules.fire_due()

    assert row is not None
    assert known.tasks.drain() == 0
    known.tasks.rows.finish(row, None)
    assert known.tasks.drain() == 1


def test_processes_that_notice_a_tick_at_once_fire_it_once(
    known: Application, url: str, clock: TestClock
) -> None:
    processes = [assemble(url, clock) for _ in range(4)]
    for process in processes:
        process.tasks.schedules.fire_due()
    fired: list[str] = []
    ready = Barrier(len(processes))

    def notice(process: Application) -> None:
        ready.wait()
        fired.extend(names(process.tasks.schedules.fire_due()))
        process.db.release()
        known.db.release()

    for _ in range(5):
        clock.advance(timedelta(seconds=10))
        threads = [Thread(target=notice, args=(process,)) for process in processes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        known.tasks.drain()
    for process in processes:
        process.db.close_all()

    assert fired == ["water_plants"] * 5
    assert chores.rang() == ["water"] * 5


def test_a_clock_set_back_fires_nothing_twice(known: Application, clock: TestClock) -> None:
    clock.advance(timedelta(seconds=10))
    known.tasks.schedules.fire_due()
    known.tasks.drain()

    clock.freeze(START)
    assert known.tasks.schedules.fire_due() == []
    clock.advance(timedelta(seconds=10))

    assert known.tasks.schedules.fire_due() == []


def test_a_schedule_does_not_rest_until_a_day_that_only_a_wrong_clock_saw(
    known: Application, clock: TestClock
) -> None:
    clock.advance(timedelta(days=30))
    known.tasks.schedules.fire_due()
    known.tasks.drain()

    clock.freeze(START)
    known.tasks.schedules.fire_due()
    known.tasks.drain()
    clock.advance(timedelta(seconds=10))

    assert names(known.tasks.schedules.fire_due()) == ["water_plants"]
    assert known.tasks.schedules.fire_due() == []
