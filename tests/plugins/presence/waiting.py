"""Wait for what processes write."""

from __future__ import annotations

import time
from collections.abc import Callable

from kernel.testing.realtime import PATIENCE
from plugins.presence.models import Person


def until(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; fail with `what` when it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.01)


def until_written(who, *, present: bool) -> None:
    """Wait until it is written down whether somebody is connected."""
    row = Person.select().where(Person.id == who.id, Person.present == present)
    until(row.exists, f"present = {present}")
