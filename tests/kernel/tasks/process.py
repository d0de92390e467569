"""A process of its own for tests to kill: python -m tests.kernel.tasks.process MODE URL [REDIS]."""

# ruff: noqa: PLC0415 - gevent patches the sockets before anything is imported that uses them
from __future__ import annotations

import os
import signal
import sys


def publish_and_die(url: str, redis: str) -> None:
    """Publish and enqueue, and die after the commit, before anyone is woken."""
    app = _application(url, redis)
    with app.db.atomic():
        app.db.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
        app.bus.publish(_chores().DishBroken(dish="plate"))
        _chores().sweep_floor.enqueue("hall")


def work(url: str, redis: str) -> None:
    """Work on greenlets, as `manage.py worker` does, until SIGTERM."""
    from gevent import monkey

    monkey.patch_all()
    from gevent.event import Event

    asked = Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    from kernel.tasks.worker import Worker

    app = _application(url, redis)
    app.listener.start()
    worker = Worker(app)
    worker.start()
    print("working", flush=True)  # noqa: T201 - the test waits for it
    asked.wait()
    worker.stop()
    app.listener.stop()
    app.db.stop()
    print("stopped", flush=True)  # noqa: T201


def _chores():
    from tests.kernel.tasks import chores

    return chores


def _application(url: str, redis: str):
    from kernel.application import activate
    from kernel.clock import SystemClock
    from kernel.events import EventsSettings
    from tests.kernel.tasks.conftest import assemble

    events = EventsSettings(lease=1.0, batch=10)
    app = assemble(url, SystemClock(), redis, events, lease=1.0, poll=0.1, grace=5.0)
    activate(app)
    return app


if __name__ == "__main__":
    {"work": work, "publish_and_die": publish_and_die}[sys.argv[1]](*sys.argv[2:])
