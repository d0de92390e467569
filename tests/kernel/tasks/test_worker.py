"""The worker: what wakes it, what it recovers, how it stops."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta

from kernel.application import Application
from kernel.clock import TestClock
from kernel.tasks.worker import Worker, run_due
from tests.kernel.tasks import chores
from tests.kernel.tasks.chores import eventually
from tests.kernel.tasks.conftest import MakeApp, assemble

Start = Callable[[Application], Worker]


def test_a_committed_task_is_run_without_a_poll(make_app: MakeApp, start_worker: Start) -> None:
    app = make_app(poll=60.0)
    start_worker(app)

    with app.db.atomic():
        chores.sweep_floor.enqueue("hall")
    app.db.release()

    assert eventually(lambda: chores.ran() == ["sweep hall 1"], 5)


def test_a_worker_elsewhere_is_woken_by_notification(
    make_app: MakeApp, start_worker: Start, url: str, clock: TestClock
) -> None:
    start_worker(make_app(poll=60.0))
    elsewhere = assemble(url, clock)

    elsewhere.tasks.enqueue(chores.sweep_floor, ("hall",))
    with elsewhere.db.atomic():
        elsewhere.bus.publish(chores.DishBroken(dish="plate"))
    elsewhere.db.close_all()

    assert eventually(lambda: sorted(chores.ran()) == ["sweep hall 1", "sweep plate 1"], 5)


def test_a_burst_from_elsewhere_is_run_to_the_last(
    make_app: MakeApp, start_worker: Start, url: str, clock: TestClock
) -> None:
    start_worker(make_app(poll=60.0))
    elsewhere = assemble(url, clock)

    for number in range(50):
        elsewhere.tasks.enqueue(chores.sweep_floor, (f"room {number}",))
    elsewhere.db.close_all()

    assert eventually(lambda: len(chores.ran()) == 50, 10)


def test_an_event_becomes_a_task_and_is_run(make_app: MakeApp, start_worker: Start) -> None:
    app = make_app(poll=60.0)
    start_worker(app)

    chores.publish_broken.enqueue("plate")

    assert eventually(lambda: chores.ran() == ["sweep plate 1"], 5)


def test_run_due_does_all_of_it_without_a_worker(app: Application, clock: TestClock) -> None:
    clock.freeze()
    run_due(app)
    chores.publish_broken.enqueue("plate")

    assert run_due(app) == 3

    assert chores.ran() == ["sweep plate 1"]


def test_the_poll_finds_what_the_clock_made_due(
    make_app: MakeApp, start_worker: Start, clock: TestClock
) -> None:
    app = make_app(poll=0.05)
    chores.sweep_floor.enqueue("hall", at=clock.now() + timedelta(days=1))
    start_worker(app)

    clock.advance(timedelta(days=1))

    assert eventually(lambda: "sweep hall 1" in chores.ran())


def test_an_advancing_clock_fires_schedules_in_a_running_worker(
    make_app: MakeApp, start_worker: Start, clock: TestClock
) -> None:
    app = make_app(poll=0.05)
    start_worker(app)
    known = "SELECT count(*) FROM kernel_schedule"
    assert eventually(lambda: app.db.rows(known)[0][0] == 3)

    clock.advance(timedelta(days=1))

    assert eventually(lambda: set(chores.rang()) == {"ring", "water"})


def test_what_a_dead_worker_ran_is_run_again_when_its_lease_is_over(
    make_app: MakeApp, start_worker: Start
) -> None:
    app = make_app(poll=0.05, lease=0.3)
    id_ = chores.break_dish.enqueue("plate")
    app.tasks.rows.claim_next()
    start_worker(app)

    assert eventually(lambda: chores.ran() == ["break plate"])
    assert app.tasks.log(id=id_)[0].attempt == 2


def test_a_task_that_killed_its_last_worker_is_failed(make_app: MakeApp) -> None:
    app = make_app(lease=0.2)
    id_ = chores.sweep_floor.enqueue("hall")
    app.tasks.rows.claim_next()

    assert eventually(lambda: bool(app.tasks.rows.recover()))

    [record] = app.tasks.log(id=id_)
    assert record.state == "failed"
    assert f":{os.getpid()} died at attempt 1" in (record.error or "")


def test_a_running_task_keeps_its_lease(make_app: MakeApp, start_worker: Start) -> None:
    app = make_app(poll=0.05, lease=0.4)
    chores.gate.clear()
    id_ = chores.paint.enqueue("hall")
    start_worker(app)
    assert eventually(lambda: chores.ran() == ["start hall"])
    lease = "SELECT lease_until FROM kernel_task WHERE id = %s"
    [(first,)] = app.db.rows(lease, (id_,))

    assert eventually(lambda: app.db.rows(lease, (id_,))[0][0] > first + timedelta(seconds=1))
    chores.gate.set()

    assert eventually(lambda: app.tasks.log(id=id_)[0].state == "done")
    assert app.tasks.log(id=id_)[0].attempt == 1


def test_stopping_lets_the_running_task_finish(make_app: MakeApp, start_worker: Start) -> None:
    app = make_app(grace=10.0)
    chores.gate.clear()
    id_ = chores.paint.enqueue("hall")
    worker = start_worker(app)
    assert eventually(lambda: chores.ran() == ["start hall"])

    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    chores.gate.set()
    stopping.join(10)

    assert app.tasks.log(id=id_)[0].state == "done"


def test_stopping_gives_back_what_does_not_finish_in_time(make_app: MakeApp, start_worker: Start) -> None:
    app = make_app(grace=0.1)
    chores.gate.clear()
    id_ = chores.paint.enqueue("hall")
    worker = start_worker(app)
    assert eventually(lambda: chores.ran() == ["start hall"])

    worker.stop()

    [record] = app.tasks.log(id=id_)
    assert (record.state, record.attempt) == ("queued", 0)
    chores.gate.set()
    assert eventually(lambda: "end hall" in chores.ran())
    assert app.tasks.log(id=id_)[0].state == "queued"


def test_a_stopped_worker_takes_nothing_more(make_app: MakeApp, start_worker: Start) -> None:
    app = make_app(poll=0.05)
    start_worker(app).stop()

    id_ = chores.sweep_floor.enqueue("hall")

    assert app.tasks.log(id=id_)[0].state == "queued"
    app.tasks.drain()
    assert app.tasks.log(id=id_)[0].state == "done"


def test_a_failing_step_does_not_end_the_poll(make_app: MakeApp, start_worker: Start) -> None:
    app = make_app(poll=0.05)
    app.db.execute_sql("ALTER TABLE kernel_schedule RENAME TO kernel_schedule_away")
    start_worker(app)

    app.db.execute_sql("ALTER TABLE kernel_schedule_away RENAME TO kernel_schedule")

    assert eventually(lambda: app.db.rows("SELECT count(*) FROM kernel_schedule")[0][0] == 3)
