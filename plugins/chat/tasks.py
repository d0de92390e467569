"""What the clock starts: scheduled messages, what vanishes, old backups."""

from __future__ import annotations

from kernel import schedule
from plugins.chat.services import scheduling, vanishing


@schedule(every=5, timeout=300)
def send_scheduled() -> dict[str, int]:
    """Send the messages that are due."""
    return {"sent": scheduling.send_due()}


@schedule(every=10, timeout=300)
def purge_vanished() -> dict[str, int]:
    """Take away what nobody may read any more."""
    return {"purged": vanishing.purge()}


@schedule(cron="47 3 * * *", timeout=900)
def forget_sent() -> dict[str, int]:
    """Forget which scheduled messages were sent a week ago."""
    return {"forgotten": scheduling.forget_sent()}


TASKS = (send_scheduled, purge_vanished, forget_sent)
