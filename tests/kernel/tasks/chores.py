"""Tasks, schedules and a subscriber for the tests; they write down what ran."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from kernel.application import app
from kernel.events import Delivery, Subscriber, event
from kernel.storage import Database
from kernel.tasks import schedule, task

gate = threading.Event()
gate.set()


def prepare(db: Database) -> None:
    """Make the table of what ran; open the gate."""
    gate.set()
    db.execute_sql(
        "CREATE TABLE IF NOT EXISTS ran (id serial, what text, thread text, at timestamptz DEFAULT now())"
    )


def note(what: str) -> None:
    """Write down that something ran."""
    app.db.execute_sql(
        "INSERT INTO ran (what, thread) VALUES (%s, %s)", (what, threading.current_thread().name)
    )


def ran() -> list[str]:
    """Return what ran, in order, but for what the clock starts at any time."""
    return [what for what in _all() if what not in SCHEDULED]


def rang() -> list[str]:
    """Return which schedules ran, in order."""
    return [what for what in _all() if what in SCHEDULED]


def _all() -> list[str]:
    return [what for (what,) in app.db.rows("SELECT what FROM ran ORDER BY id")]


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait until a condition holds; False at the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


SCHEDULED = {"water", "ring"}
LOCK = 77
"""An advisory lock that a test holds to keep another process's work in the middle."""


@event("chores.dish.dropped", key="dish")
class DishDropped:
    dish: str


@event("chores.dish.broken", key="dish")
class DishBroken:
    dish: str


@task()
def sweep_floor(room: str, times: int = 1) -> int:
    """Note the room."""
    note(f"sweep {room} {times}")
    return times


@task(retries=2, backoff=10)
def break_dish(dish: str) -> None:
    """Fail, every time."""
    note(f"break {dish}")
    raise ValueError(dish)


@task(unique=lambda room: room)
def paint(room: str) -> None:
    """Paint once the gate is open."""
    note(f"start {room}")
    gate.wait()
    note(f"end {room}")


@task(unique=lambda room: room, retries=1, backoff=10)
def repaint(room: str) -> None:
    """Fail."""
    raise ValueError(room)


@task(timeout=0.2)
def dawdle() -> None:
    """Take too long, where greenlets can be interrupted."""
    time.sleep(20)


@task(timeout=0.2)
def query_too_long() -> None:
    """Take too long inside a query, in a transaction."""
    with app.db.atomic():
        note("never committed")
        app.db.execute_sql("SELECT pg_sleep(20)")


@task()
def describe(id: UUID, moment: datetime, tags: list[str] | None = None) -> dict[str, str]:
    """Return what came as what type."""
    return {"id": type(id).__name__, "moment": type(moment).__name__, "tags": type(tags).__name__}


@task(retries=5)
def wait_for_lock(name: str) -> None:
    """Stop in the middle until the lock is free."""
    note(f"start {name}")
    app.db.execute_sql("SELECT pg_advisory_lock_shared(%s)", (LOCK,))
    app.db.execute_sql("SELECT pg_advisory_unlock_shared(%s)", (LOCK,))
    note(f"end {name}")


@task()
def publish_broken(dish: str) -> None:
    """Publish an event from a task."""
    with app.db.atomic():
        app.bus.publish(DishBroken(dish=dish))


@schedule(every=10)
def water_plants() -> None:
    """Every ten seconds."""
    note("water")


@schedule(cron="30 6 * * *")
def ring_bell() -> None:
    """Daily, at half past six."""
    note("ring")


def mourn(delivery: Delivery) -> None:
    """React to a broken dish; by a task, as what leaves the database must."""
    sweep_floor.enqueue(delivery.event.dish)


def catch(delivery: Delivery) -> None:
    """Write, and then stop in the middle until the lock is free."""
    note(f"catch {delivery.event.dish}")
    app.db.execute_sql("SELECT pg_advisory_xact_lock_shared(%s)", (LOCK,))


EVENTS = [DishBroken, DishDropped]
SUBSCRIBERS = [
    Subscriber(DishBroken, mourn, name="chores.mourn"),
    Subscriber(DishDropped, catch, name="chores.catch"),
]
TASKS = [
    sweep_floor, break_dish, paint, repaint, dawdle, query_too_long, describe,
    wait_for_lock, publish_broken, water_plants, ring_bell,
]  # fmt: skip
