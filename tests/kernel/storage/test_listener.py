"""LISTEN and NOTIFY: on commit only, in order, and again after a cut."""

from __future__ import annotations

import queue
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from kernel.storage import Database, DatabaseSettings, Listener

OpenDatabase = Callable[..., Database]
PATIENCE = 10


@pytest.fixture
def listener(url: str) -> Iterator[Listener]:
    listener = Listener(DatabaseSettings(url=url))
    yield listener
    listener.stop()


def heard(listener: Listener, channel: str) -> queue.Queue[str | None]:
    payloads: queue.Queue[str | None] = queue.Queue()
    listener.on(channel, payloads.put)
    return payloads


def test_a_notification_arrives_when_its_transaction_commits(db: Database, listener: Listener) -> None:
    payloads = heard(listener, "news")
    listener.start()
    assert listener.wait_connected(PATIENCE)

    with db.atomic():
        db.notify("news", "first")
        with pytest.raises(queue.Empty):
            payloads.get(timeout=0.1)

    assert payloads.get(timeout=PATIENCE) == "first"


def test_a_rolled_back_notification_never_arrives(db: Database, listener: Listener) -> None:
    payloads = heard(listener, "news")
    listener.start()
    assert listener.wait_connected(PATIENCE)

    with pytest.raises(ZeroDivisionError), db.atomic():
        db.notify("news", "never")
        raise ZeroDivisionError
    db.notify("news", "kept")

    assert payloads.get(timeout=PATIENCE) == "kept"


def test_a_channel_added_while_running_is_heard(db: Database, listener: Listener) -> None:
    before = heard(listener, "before")
    listener.start()
    assert listener.wait_connected(PATIENCE)
    later = heard(listener, "later")

    while later.empty() and before.qsize() < 1000:  # LISTEN happens soon after on(), not in it
        db.notify("later", "x")
        db.notify("before", "x")
        before.get(timeout=PATIENCE)

    assert later.get(timeout=PATIENCE) == "x"


def test_it_listens_past_the_pooler(db: Database, url: str) -> None:
    listener = Listener(DatabaseSettings(url="postgresql://nobody@127.0.0.1:1/none", direct_url=url))
    payloads = heard(listener, "news")
    try:
        listener.start()
        assert listener.wait_connected(PATIENCE)

        db.notify("news", "came")

        assert payloads.get(timeout=PATIENCE) == "came"
    finally:
        listener.stop()


def test_after_a_cut_it_connects_again_and_says_so(
    db: Database, listener: Listener, open_database: OpenDatabase
) -> None:
    payloads = heard(listener, "news")
    listener.start()
    assert listener.wait_connected(PATIENCE)

    db.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stoa listener' "
        "AND datname = current_database()"
    )

    assert payloads.get(timeout=PATIENCE) is None
    assert listener.connected
    db.notify("news", "back")
    assert payloads.get(timeout=PATIENCE) == "back"


def test_a_failing_callback_does_not_silence_the_next(db: Database, listener: Listener) -> None:
    listener.on("news", lambda _: 1 / 0)
    payloads = heard(listener, "news")
    listener.start()
    assert listener.wait_connected(PATIENCE)

    db.notify("news", "x")

    assert payloads.get(timeout=PATIENCE) == "x"


def test_it_is_not_connected_before_and_after(listener: Listener) -> None:
    assert not listener.connected

    listener.start()
    assert listener.wait_connected(PATIENCE)
    listener.stop()

    assert not listener.connected


GREENLETS = """
from gevent import monkey; monkey.patch_all()
import sys, gevent
from gevent.event import AsyncResult
from kernel.errors import Unavailable
from kernel.storage import Database, DatabaseSettings, Listener

settings = DatabaseSettings(url=sys.argv[1], pool_size=3, pool_timeout=5, statement_timeout=0)
db, listener, got = Database(settings), Listener(settings), AsyncResult()
listener.on("news", got.set)
listener.start()
assert listener.wait_connected(10)
def slow():
    db.rows("SELECT pg_sleep(0.3)")
    backend = db.rows("SELECT pg_backend_pid()")[0][0]
    db.release()
    return backend
ticks = 0
jobs = [gevent.spawn(slow) for _ in range(6)]
while not all(job.ready() for job in jobs):
    gevent.sleep(0.01)
    ticks += 1
assert len({job.get() for job in jobs}) == 3
assert ticks > 20, ticks
db.notify("news", "hello")
assert got.get(timeout=10) == "hello"
killed = gevent.spawn(db.rows, "SELECT pg_sleep(60)")
gevent.sleep(0.1)
killed.kill()
db.release()
gevent.joinall([gevent.spawn(slow) for _ in range(3)], raise_error=True)
listener.stop()
print("well")
"""


def test_under_gevent_queries_and_the_listener_leave_the_hub_free(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GREENLETS, url], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout.endswith("well\n"), done.stderr
    assert "connection_reclaimed" in done.stdout  # the killed greenlet's
