"""The kernel's own schedules."""

from __future__ import annotations

from kernel.application import app
from kernel.tasks.declaration import schedule


@schedule(cron="7 * * * *", timeout=3000)
def purge() -> dict[str, int]:
    """Delete finished rows past their retention; events stay for good."""
    return {"deliveries": app.bus.operations.purge(), "tasks": app.tasks.purge()}
