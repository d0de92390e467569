"""The processor time of PostgreSQL, and of the worker that does what an order leaves to do later."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from benchmarks.harness.peers import Peer
    from benchmarks.harness.stand import Stand

PATIENCE = 300.0  # seconds
_LEFT = """
SELECT (SELECT count(*) FROM kernel_delivery WHERE state = 'pending')
    + (SELECT count(*) FROM kernel_task WHERE state IN ('queued', 'running') AND run_at <= now())
"""


def postgres_cpu(stand: Stand) -> float:
    """Return the CPU seconds the stand's PostgreSQL has used, connections that were closed included."""
    [file] = stand.directory.glob("postgres/**/postmaster.pid")
    server = psutil.Process(int(file.read_text().split("\n", 1)[0]))
    return sum(server.cpu_times()[:4]) + sum(
        sum(each.cpu_times()[:2]) for each in server.children(recursive=True)
    )


def drained(stand: Stand, worker: Peer) -> float:
    """Wait until a worker has done all that waits; return the CPU seconds that took it."""
    before, until = worker.cpu(), time.monotonic() + PATIENCE
    while left := stand.application.db.rows(_LEFT)[0][0]:
        stand.application.db.release()
        if time.monotonic() > until:
            raise SystemExit(f"after {PATIENCE:g} s the worker has not done {left} deliveries and tasks")
        time.sleep(0.1)
    stand.application.db.release()
    return worker.cpu() - before
