"""What the clock starts: giving back what was begun and never finished."""

from __future__ import annotations

from kernel import schedule
from plugins.media.services import sweeping


@schedule(every=300)
def expire_uploads() -> None:
    """Give back the room of uploads that took too long."""
    sweeping.expire_uploads()


@schedule(cron="23 * * * *", timeout=900)
def remove_orphans() -> None:
    """Remove media that nothing uses and nobody keeps."""
    sweeping.remove_unused()


@schedule(every=600)
def resume_processing() -> None:
    """Start again what a crash left unprocessed."""
    sweeping.resume_processing()


@schedule(cron="41 3 * * *", timeout=3600)
def remove_lost_files() -> None:
    """Remove files whose medium is no more."""
    sweeping.remove_lost_files()


SCHEDULES = (expire_uploads, remove_orphans, resume_processing, remove_lost_files)
