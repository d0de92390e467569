"""What the clock starts: scheduled messages, what vanishes, old backups; and backups themselves."""

from __future__ import annotations

from uuid import UUID

from kernel import schedule, task
from plugins.chat.services import backups, restoring, scheduling, vanishing, withholding


@schedule(every=5, timeout=300)
def send_scheduled() -> dict[str, int]:
    """Send the messages that are due."""
    return {"sent": scheduling.send_due()}


@schedule(every=10, timeout=300)
def purge_vanished() -> dict[str, int]:
    """Take away what nobody may read any more."""
    return {"purged": vanishing.purge() + withholding.discard_vanished()}


@schedule(cron="47 3 * * *", timeout=900)
def forget_sent() -> dict[str, int]:
    """Forget which scheduled messages were sent a week ago."""
    return {"forgotten": scheduling.forget_sent()}


@schedule(every=600, timeout=300)
def sweep_backups() -> dict[str, int]:
    """Remove backups whose time is over."""
    return {"removed": backups.sweep()}


@task(retries=3, unique=str, timeout=3600)
def export_history(backup_id: UUID) -> None:
    """Write the file of a backup."""
    backups.export(backup_id)


@task(retries=3, unique=str, timeout=3600)
def restore_history(restore_id: UUID) -> None:
    """Read an uploaded backup in."""
    restoring.restore(restore_id)


TASKS = (send_scheduled, purge_vanished, forget_sent, sweep_backups, export_history, restore_history)
