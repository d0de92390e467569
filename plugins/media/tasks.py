"""Background work on single media; for what the clock starts see `schedules`."""

from __future__ import annotations

from uuid import UUID

from kernel import task
from plugins.media.services import processing


@task(retries=3, backoff=20, unique=str, timeout=900)
def process(medium_id: UUID) -> None:
    """Make the variants of an uploaded file."""
    processing.process(medium_id)


@task(retries=5, backoff=60, unique=str, timeout=300)
def remove_files(medium_id: UUID) -> None:
    """Remove the files of a deleted medium."""
    processing.remove_files(medium_id)


TASKS = (process, remove_files)
