"""The queue: rows, retries, uniqueness, the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Thread
from uuid import uuid4

import pytest

from kernel.application import Application
from kernel.clock import TestClock
from kernel.context import bound
from kernel.errors import StoaError
from kernel.tasks import TaskQueue, TasksSettings, schedule, task
from tests.kernel.tasks import chores


@task()
def needs_decimal(amount: Decimal) -> None: ...


@task()
def needs_anything(*things: int) -> None: ...


def test_a_task_runs_with_its_arguments_and_leaves_a_log(app: Application) -> None:
    id_ = chores.sweep_floor.enqueue("hall", times=3)

    assert app.tasks.drain() == 1

    [record] = app.tasks.log(id=id_)
    assert chores.ran() == ["sweep hall 3"]
    assert (record.state, record.attempt, record.result, record.error) == ("done", 1, 3, None)
    assert record.arguments == {"room": "hall", "times": 3}


def test_arguments_come_back_as_they_are_annotated(app: Application) -> None:
    id_ = chores.describe.enqueue(uuid4(), datetime(2026, 1, 1, tzinfo=UTC), tags=["x"])

    app.tasks.drain()

    [record] = app.tasks.log(id=id_)
    assert record.result == {"id": "UUID", "moment": "datetime", "tags": "list"}


def test_arguments_that_do_not_fit_are_refused_at_the_caller(app: Application) -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'room'"):
        chores.sweep_floor.enqueue()
    with pytest.raises(TypeError, match="times"):
        chores.sweep_floor.enqueue("hall", times="many")

    assert app.tasks.log() == []


@pytest.mark.parametrize(("wrong", "named"), [(needs_decimal, "amount.*Decimal"), (needs_anything, "things")])
def test_a_parameter_json_cannot_hold_is_named_at_boot(app: Application, wrong: task, named: str) -> None:
    with pytest.raises(TypeError, match=named):
        TaskQueue(TasksSettings(), app.db, app.clock, [wrong])


def test_a_time_without_a_zone_is_refused(app: Application) -> None:
    with pytest.raises(TypeError, match="time zone"):
        chores.sweep_floor.enqueue("hall", at=datetime(2026, 1, 1))  # noqa: DTZ001 - the fault under test


def test_an_unregistered_task_is_refused(app: Application) -> None:
    with pytest.raises(StoaError, match="register_tasks"):
        needs_decimal.enqueue(Decimal(1))


def test_a_task_of_a_rolled_back_transaction_never_was(app: Application) -> None:
    with app.db.atomic() as transaction:
        chores.sweep_floor.enqueue("hall")
        transaction.rollback()

    assert app.tasks.drain() == 0
    assert app.tasks.log() == []


def test_a_task_called_directly_needs_no_row(app: Application) -> None:
    assert chores.sweep_floor("hall", 2) == 2

    assert app.tasks.log() == []


def test_a_delayed_task_waits_for_the_clock(app: Application, clock: TestClock) -> None:
    chores.sweep_floor.enqueue("hall", at=clock.now() + timedelta(hours=1))

    assert app.tasks.drain() == 0
    clock.advance(timedelta(hours=1))

    assert app.tasks.drain() == 1


def test_a_failing_task_is_retried_ever_later_and_then_failed(app: Application, clock: TestClock) -> None:
    id_ = chores.break_dish.enqueue("plate")

    assert app.tasks.drain() == 1
    clock.advance(timedelta(seconds=10))
    assert app.tasks.drain() == 1
    clock.advance(timedelta(seconds=14))
    assert app.tasks.drain() == 0
    clock.advance(timedelta(seconds=6))
    assert app.tasks.drain() == 1

    [record] = app.tasks.log(id=id_)
    assert (record.state, record.attempt) == ("failed", 3)
    assert "ValueError: plate" in (record.error or "")
    assert app.tasks.depth() == {"queued": 0, "running": 0, "failed": 1}


def test_a_failed_task_can_be_retried_by_hand(app: Application, clock: TestClock) -> None:
    id_ = chores.break_dish.enqueue("plate")
    for _ in range(3):
        app.tasks.drain()
        clock.advance(timedelta(minutes=5))

    assert app.tasks.retry(id_)
    app.tasks.drain()

    assert app.tasks.log(id=id_)[0].state == "queued"
    assert not app.tasks.retry(id_)


def test_a_waiting_task_can_be_cancelled_once(app: Application) -> None:
    id_ = chores.sweep_floor.enqueue("hall")

    assert app.tasks.cancel(id_)

    assert not app.tasks.cancel(id_)
    assert app.tasks.drain() == 0
    assert app.tasks.log(id=id_)[0].state == "cancelled"


def test_a_unique_task_waits_once_at_the_earlier_time(app: Application, clock: TestClock) -> None:
    first = chores.paint.enqueue("hall", at=clock.now() + timedelta(hours=1))
    again = chores.paint.enqueue("hall")
    other = chores.paint.enqueue("attic")

    assert again == first
    assert other != first
    assert app.tasks.drain() == 2
    assert chores.ran() == ["start hall", "end hall", "start attic", "end attic"]


def test_a_unique_task_enqueued_while_one_runs_runs_after_it(app: Application) -> None:
    running = app.tasks.rows
    first = chores.paint.enqueue("hall")
    row = running.claim_next()
    second = chores.paint.enqueue("hall")

    assert row is not None
    assert second != first
    assert app.tasks.drain() == 0
    running.finish(row, None)

    assert app.tasks.drain() == 1


def test_a_duplicate_holds_the_waiting_run_until_its_caller_commits(app: Application) -> None:
    chores.paint.enqueue("hall")
    drained: list[int] = []

    def drain_elsewhere() -> None:
        drained.append(app.tasks.drain())
        app.db.release()

    with app.db.atomic():
        chores.paint.enqueue("hall")
        other = Thread(target=drain_elsewhere)
        other.start()
        other.join()

    assert drained == [0]
    assert app.tasks.drain() == 1


def test_who_has_committed_does_not_wait_for_another_at_a_run_that_waits(app: Application) -> None:
    first = chores.paint.enqueue("hall")
    found: list[object] = []

    def enqueue_elsewhere() -> None:
        found.append(chores.paint.enqueue("hall"))
        app.db.release()

    with app.db.atomic():
        chores.paint.enqueue("hall")
        other = Thread(target=enqueue_elsewhere)
        other.start()
        other.join()

    assert found == [first]
    assert app.tasks.drain() == 1


def test_a_failed_unique_run_gives_way_to_a_younger_one(app: Application) -> None:
    first = chores.repaint.enqueue("hall")
    row = app.tasks.rows.claim_next()
    second = chores.repaint.enqueue("hall")

    assert row is not None
    assert app.tasks.rows.try_again(row, "boom", timedelta(seconds=10))

    states = {record.id: record.state for record in app.tasks.log()}
    assert states == {first: "cancelled", second: "queued"}


def test_claims_at_once_take_each_run_once(app: Application) -> None:
    for number in range(60):
        chores.sweep_floor.enqueue(f"room {number}")

    def work() -> None:
        app.tasks.drain()
        app.db.release()

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(chores.ran()) == sorted(f"sweep room {number} 1" for number in range(60))


def test_a_run_keeps_the_correlation_of_who_enqueued_it(app: Application) -> None:
    with bound("request-9"):
        chores.publish_broken.enqueue("plate")
    app.tasks.drain()

    [stored] = app.bus.operations.history()
    assert stored.correlation_id == "request-9"


def test_finished_runs_are_purged_after_their_retention(app: Application, clock: TestClock) -> None:
    chores.sweep_floor.enqueue("hall")
    chores.sweep_floor.enqueue("attic", at=clock.now() + timedelta(days=400))
    app.tasks.drain()
    clock.advance(timedelta(days=13))
    assert app.tasks.purge() == 0

    clock.advance(timedelta(days=2))

    assert app.tasks.purge() == 1
    assert [record.state for record in app.tasks.log()] == ["queued"]


def test_lag_is_how_long_the_oldest_due_run_waits(app: Application, clock: TestClock) -> None:
    clock.freeze()
    chores.sweep_floor.enqueue("hall")

    clock.advance(timedelta(seconds=42))

    assert app.tasks.lag() == pytest.approx(42, abs=0.01)


@pytest.mark.parametrize(
    "arguments", [{}, {"cron": "* * * * *", "every": 5}, {"cron": "often"}, {"every": 0.1}]
)
def test_a_schedule_that_makes_no_sense_is_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(TypeError, match=r"cron|every"):
        schedule(**arguments)(chores.prepare)
