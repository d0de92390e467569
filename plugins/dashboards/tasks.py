"""Background work: windows of products that move with the day."""

from __future__ import annotations

from kernel import schedule
from plugins.dashboards.services import moving


@schedule(cron="* * * * *", timeout=600)
def move_windows() -> dict[str, str]:
    """Let the best sellers of 7, 30, 90 and 365 days end with today, where nothing was sold that did so."""
    return {"day": moving.move().isoformat()}


TASKS = (move_windows,)
