"""Remove what nobody will come back for, in bounded steps.

Each step is safe to repeat and to run beside the requests: rows are taken by
conditions that are checked again in the statement that changes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

import structlog
from peewee import fn

from kernel import BlobStat, app
from plugins.media import keys
from plugins.media.models import Attachment, Medium, Upload
from plugins.media.services import intake, processing, removal
from plugins.media.settings import MediaSettings
from plugins.media.tasks import process

log = structlog.get_logger(__name__)

STEP: Final = 200
STALLED: Final = timedelta(minutes=20)
HOPELESS: Final = timedelta(days=1)
SETTLED: Final = timedelta(days=1)
"""How old a file without a row must be: younger ones may be about to get one."""


def expire_uploads() -> int:
    """Give up the uploads that are over; return how many."""
    late = Upload.expires_at <= app.clock.now()
    over = list(Upload.select().where(late).order_by(Upload.expires_at).limit(STEP))
    return sum(intake.abandon(upload) for upload in over)


def remove_unused() -> int:
    """Delete media that nothing has used for `orphan_hours`, unless kept; return how many."""
    before = app.clock.now() - timedelta(hours=app.settings.of(MediaSettings).orphan_hours)
    used = Attachment.select().where(Attachment.medium == Medium.id)
    forgotten = (Medium.unused_since < before, ~Medium.kept, ~fn.EXISTS(used))
    removed = 0
    while found := [one.id for one in Medium.select(Medium.id).where(*forgotten).limit(STEP)]:
        removed += len(removal.delete(found, *forgotten))
    return removed


def resume_processing() -> int:
    """Enqueue again what stands unprocessed, and fail what has stood for a day; return how many."""
    now = app.clock.now()
    stalled = list(
        Medium.select()
        .where(Medium.status == "processing", Medium.updated_at < now - STALLED)
        .order_by(Medium.updated_at)
        .limit(STEP)
    )
    for medium in stalled:
        if medium.created_at < now - HOPELESS:
            processing.fail(medium, "interrupted")
        else:
            process.enqueue(medium.id)
    return len(stalled)


def remove_lost_files() -> int:
    """Delete files that belong to no medium and no upload; return how many."""
    removed = 0
    for batch in _batches(app.blobs.list(keys.ROOT)):
        known = _known({owner for owner in batch if owner})
        app.db.release()
        for owner, stats in batch.items():
            if owner is not None and owner not in known:
                removed += _remove_old(stats)
    return removed


def _batches(found: Iterator[BlobStat]) -> Iterator[dict[UUID | None, list[BlobStat]]]:
    """Yield files by whose they are, some owners at a time; a store lists an owner's together."""
    batch: dict[UUID | None, list[BlobStat]] = {}
    for owner, stats in groupby(found, key=lambda stat: keys.owner_of(stat.key)):
        batch.setdefault(owner, []).extend(stats)
        if len(batch) >= STEP:
            yield batch
            batch = {}
    yield batch


def _known(ids: set[UUID]) -> set[UUID]:
    if not ids:
        return set()
    media = Medium.select(Medium.id).where(Medium.id.in_(ids))
    return {row.id for row in media} | {row.id for row in Upload.select(Upload.id).where(Upload.id.in_(ids))}


def _remove_old(stats: list[BlobStat]) -> int:
    old = [stat for stat in stats if stat.modified < app.clock.now() - SETTLED]
    for stat in old:
        log.info("lost_file_removed", key=stat.key, bytes=stat.size)
        app.blobs.delete(stat.key)
    return len(old)
