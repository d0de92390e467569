"""PostgreSQL restarted and killed under a working worker: it goes on by itself."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import kernel
from kernel.application import Application
from kernel.errors import Unavailable
from kernel.tasks.worker import Worker
from kernel.testing.postgres import DisposablePostgres
from tests.kernel.tasks import chores
from tests.kernel.tasks.chores import eventually
from tests.kernel.tasks.conftest import MakeApp

Start = Callable[[Application], Worker]


@pytest.fixture
def server() -> Iterator[DisposablePostgres]:
    """A server of the test's own; below pytest's directory another pytest could lock its user out."""
    with tempfile.TemporaryDirectory(prefix="stoa-outage-", ignore_cleanup_errors=True) as place:
        server = DisposablePostgres(Path(place) / "postgres").start()
        yield server
        server.stop()


@pytest.fixture
def url(server: DisposablePostgres) -> str:
    """Return a database on a server of the test's own."""
    return server.fresh_database(server.template([("kernel", Path(kernel.__file__).parent / "migrations")]))


def ran() -> list[str]:
    """Return what ran; nothing while the database is away."""
    try:
        return chores.ran()
    except Unavailable:
        return []


@pytest.mark.slow
@pytest.mark.parametrize("how", ["restart", "kill"])
def test_a_worker_survives_the_loss_of_its_database(
    make_app: MakeApp, start_worker: Start, server: DisposablePostgres, how: str
) -> None:
    app = make_app(poll=0.1)
    start_worker(app)
    chores.publish_broken.enqueue("before")
    assert eventually(lambda: ran() == ["sweep before 1"])

    app.db.execute_sql("CHECKPOINT")  # the test server loses commits it did not write out
    if how == "restart":
        server.restart()
    else:
        server.kill()
        server.revive()
    app.db.release()
    assert eventually(lambda: ran() == ["sweep before 1"])
    chores.publish_broken.enqueue("after")

    assert eventually(lambda: ran() == ["sweep before 1", "sweep after 1"], 20)
