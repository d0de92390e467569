"""Processes killed with SIGKILL, where it hurts most; nothing lost, nothing doubled."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import kernel
from kernel.application import Application
from tests.kernel.tasks import chores
from tests.kernel.tasks.chores import eventually
from tests.kernel.tasks.conftest import MakeApp

Run = Callable[..., "subprocess.Popen[str]"]
ROOT = Path(kernel.__file__).parents[1]


@pytest.fixture
def run(url: str) -> Iterator[Run]:
    """Start a process of `process.py` on the test's database."""
    started: list[subprocess.Popen[str]] = []

    def start(mode: str, redis: str = "") -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.kernel.tasks.process", mode, url, redis]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        if mode == "work":
            assert started[-1].stdout is not None
            assert started[-1].stdout.readline() == "working\n"
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def app(make_app: MakeApp) -> Application:
    return make_app(lease=1.0)


def hold(app: Application) -> None:
    """Keep the lock that stops work in the middle."""
    app.db.execute_sql("SELECT pg_advisory_lock(%s)", (chores.LOCK,))


def let_go(app: Application) -> None:
    """Let work go on."""
    app.db.execute_sql("SELECT pg_advisory_unlock(%s)", (chores.LOCK,))


def test_a_publisher_killed_between_commit_and_wakeup_loses_nothing(app: Application, run: Run) -> None:
    assert run("publish_and_die").wait() == -signal.SIGKILL
    assert app.bus.operations.depth() == {"chores.mourn": 1}

    run("work")

    assert eventually(lambda: sorted(chores.ran()) == ["sweep hall 1", "sweep plate 1"])
    assert app.bus.operations.depth() == {}


def test_a_worker_killed_in_a_task_has_it_run_again(app: Application, run: Run) -> None:
    hold(app)
    id_ = chores.wait_for_lock.enqueue("plate")
    victim = run("work")
    assert eventually(lambda: chores.ran() == ["start plate"])

    victim.kill()
    victim.wait()
    let_go(app)
    run("work")

    assert eventually(lambda: chores.ran() == ["start plate", "start plate", "end plate"])
    assert eventually(lambda: app.tasks.log(id=id_)[0].state == "done")
    assert app.tasks.log(id=id_)[0].attempt == 2


def test_a_worker_killed_in_a_delivery_leaves_none_of_its_writes(app: Application, run: Run) -> None:
    hold(app)
    with app.db.atomic():
        app.bus.publish(chores.DishDropped(dish="plate"))
    victim = run("work")
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
    assert eventually(lambda: app.db.rows(waiting, (chores.LOCK,))[0][0] == 1)

    victim.kill()
    victim.wait()
    let_go(app)
    assert chores.ran() == []
    run("work")

    assert eventually(lambda: chores.ran() == ["catch plate"])
    assert eventually(lambda: app.bus.operations.depth() == {})
    assert chores.ran() == ["catch plate"]


@pytest.mark.slow
def test_workers_killed_again_and_again_double_no_effect_of_an_event(app: Application, run: Run) -> None:
    for number in range(120):
        with app.db.atomic():
            app.bus.publish(chores.DishDropped(dish=f"dish {number}"))
    app.db.release()

    for share in (20, 60):
        victim = run("work")
        assert eventually(lambda share=share: len(chores.ran()) >= share)
        victim.kill()
        victim.wait()
    run("work")

    assert eventually(lambda: app.bus.operations.depth() == {}, 20)
    assert sorted(chores.ran()) == sorted(f"catch dish {number}" for number in range(120))


def test_sigterm_finishes_the_running_task_and_exits_zero(app: Application, run: Run) -> None:
    hold(app)
    id_ = chores.wait_for_lock.enqueue("plate")
    worker = run("work")
    assert eventually(lambda: chores.ran() == ["start plate"])

    worker.terminate()
    let_go(app)

    assert worker.wait(10) == 0
    assert app.tasks.log(id=id_)[0].state == "done"


def test_sigterm_gives_back_a_task_that_takes_too_long(app: Application, run: Run) -> None:
    hold(app)
    id_ = chores.wait_for_lock.enqueue("plate")
    worker = run("work")
    assert eventually(lambda: chores.ran() == ["start plate"])

    worker.terminate()

    assert worker.wait(15) == 0
    [record] = app.tasks.log(id=id_)
    assert (record.state, record.attempt) == ("queued", 0)


def test_a_task_that_takes_longer_than_its_timeout_is_ended(app: Application, run: Run) -> None:
    ids = [chores.dawdle.enqueue(), chores.query_too_long.enqueue()]

    run("work")

    for id_ in ids:
        assert eventually(lambda id_=id_: app.tasks.log(id=id_)[0].state == "failed")
        assert "TaskTimeout" in (app.tasks.log(id=id_)[0].error or "")
    assert chores.ran() == []
