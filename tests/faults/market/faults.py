"""What breaks, how it is mended, and when: all of it from one seed."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import psycopg2

from tests.faults.market.mail import Mood
from tests.faults.market.record import Broken, Record
from tests.faults.market.stand import Stand

Fault = Callable[[Stand, int], contextlib.AbstractContextManager[None]]
HOT: Final = "orders_order, listings_listing, chat_conversation"
_CUT: Final = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@contextlib.contextmanager
def api_killed(stand: Stand, which: int) -> Iterator[None]:
    """Kill one of the API processes with -9."""
    stand.servers[which].kill()
    try:
        yield
    finally:
        stand.servers[which].start("--no-worker")


@contextlib.contextmanager
def worker_killed(stand: Stand, which: int) -> Iterator[None]:
    """Kill one of the workers with -9."""
    stand.workers[which].kill()
    try:
        yield
    finally:
        stand.workers[which].start()


@contextlib.contextmanager
def all_killed(stand: Stand, _: int) -> Iterator[None]:
    """Kill all four processes at once."""
    for each in stand.processes:
        each.kill()
    try:
        yield
    finally:
        for worker in stand.workers:
            worker.start()
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.start("--no-worker"), stand.servers))


@contextlib.contextmanager
def redis_stopped(stand: Stand, _: int) -> Iterator[None]:
    """Stop Redis; it comes back empty."""
    stand.redis.stop()
    try:
        yield
    finally:
        stand.redis.start()


@contextlib.contextmanager
def redis_paused(stand: Stand, _: int) -> Iterator[None]:
    """Freeze Redis: connections stay open and nothing answers."""
    stand.redis.pause()
    try:
        yield
    finally:
        stand.redis.resume()


@contextlib.contextmanager
def postgres_restarted(stand: Stand, _: int) -> Iterator[None]:
    """Stop PostgreSQL as an operator does."""
    stand.postgres.halt()
    try:
        yield
    finally:
        stand.postgres.revive()


@contextlib.contextmanager
def postgres_killed(stand: Stand, _: int) -> Iterator[None]:
    """Kill PostgreSQL with -9: it recovers from its log when it starts."""
    stand.postgres.kill()
    try:
        yield
    finally:
        stand.postgres.revive()


@contextlib.contextmanager
def connections_cut(stand: Stand, _: int) -> Iterator[None]:
    """Cut every connection to the database, at both ends of the fault."""
    stand.rows(_CUT)
    try:
        yield
    finally:
        stand.rows(_CUT)


@contextlib.contextmanager
def pool_filled(stand: Stand, _: int) -> Iterator[None]:
    """Lock what every request reads: each holds its connection until none is left."""
    with closing(psycopg2.connect(stand.url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {HOT} IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def _mail(mood: Mood) -> Fault:
    @contextlib.contextmanager
    def broken(stand: Stand, _: int) -> Iterator[None]:
        stand.post.mood = mood
        try:
            yield
        finally:
            stand.post.mood = "taking"

    return broken


FAULTS: Final[dict[str, Fault]] = {
    "API killed": api_killed,
    "worker killed": worker_killed,
    "all processes killed": all_killed,
    "Redis stopped": redis_stopped,
    "Redis paused": redis_paused,
    "PostgreSQL restarted": postgres_restarted,
    "PostgreSQL killed": postgres_killed,
    "connections cut": connections_cut,
    "pool filled": pool_filled,
    "mail refused": _mail("refusing"),
    "mail hanging": _mail("hanging"),
    "mail unconfirmed": _mail("forgetful"),
}
LOSING: Final = frozenset(FAULTS) - {"Redis stopped", "Redis paused", "mail refused"}
"""Those that may break off the sending of a mail between its being taken and its being noted."""


@dataclass(frozen=True)
class Planned:
    """One fault: which of two processes it hits, how long it lasts, how long is quiet after it."""

    name: str
    which: int
    seconds: float
    quiet: float

    def __str__(self) -> str:
        return f"{self.name} ({self.which + 1}) for {self.seconds:g} s, then {self.quiet:g} s of quiet"


def schedule(seed: int) -> Iterator[Planned]:
    """Yield the faults of a run, without end: every kind in an order of the seed's, then in another."""
    dice = random.Random(f"faults {seed}")
    while True:
        names = sorted(FAULTS)
        dice.shuffle(names)
        for name in names:
            lasting, quiet = round(dice.uniform(0.5, 2.0), 1), round(dice.uniform(0.3, 1.5), 1)
            yield Planned(name, dice.randint(0, 1), lasting, quiet)


def inflict(stand: Stand, seed: int, seconds: float, record: Record, tell: Callable[[str], None]) -> None:
    """Let everything break and be mended, each kind once or more, for at least so many seconds."""
    pause, started = threading.Event(), time.monotonic()
    for number, one in enumerate(schedule(seed)):
        begun = time.monotonic()
        if number >= len(FAULTS) and begun - started > seconds:
            return
        tell(f"fault {number + 1}: {one}")
        with FAULTS[one.name](stand, one.which):
            pause.wait(one.seconds)
        record.faults.append(Broken(one.name, begun, time.monotonic()))
        record.count(f"fault: {one.name}")
        pause.wait(one.quiet)
