"""Who uses which medium; what nothing uses is removed some hours later."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from peewee import fn

from kernel import app, uuid7
from plugins.media.models import Attachment, Medium
from plugins.media.problems import MediaGone

# The UPDATE locks the media, so a removal of unused ones waits for it or is waited for.
_ATTACH = """
WITH used AS (
    UPDATE media_medium SET unused_since = NULL WHERE id = ANY(%(ids)s::uuid[]) RETURNING id
), marked AS (
    INSERT INTO media_attachment (id, created_at, updated_at, medium_id, owner_type, owner_id)
    SELECT mark.id, %(now)s, %(now)s, used.id, %(owner_type)s, %(owner_id)s
    FROM used
    JOIN unnest(%(ids)s::uuid[], %(marks)s::uuid[]) AS mark (medium_id, id) ON mark.medium_id = used.id
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM used
"""


def attach(ids: Iterable[UUID], owner_type: str, owner_id: UUID) -> None:
    """Mark media as used by a thing; raise MediaGone when one of them is no more."""
    wanted = sorted(set(ids))
    if not wanted:
        return
    given: dict[str, Any] = {
        "ids": wanted,
        "marks": [uuid7() for _ in wanted],
        "owner_type": owner_type,
        "owner_id": owner_id,
        "now": app.clock.now(),
    }
    with app.db.atomic():
        [(found,)] = app.db.rows(_ATTACH, given)
        if found != len(wanted):
            raise MediaGone


def detach(owner_type: str, owner_id: UUID, ids: Collection[UUID] | None = None) -> None:
    """Take a thing's marks off some media, or all; note since when nothing uses them.

    The media are locked first and looked at in a further statement, so that of
    two things letting go of one medium at once the later sees that it is the last.
    """
    if ids is not None and not ids:
        return
    of_thing: list[Any] = [Attachment.owner_type == owner_type, Attachment.owner_id == owner_id]
    if ids is not None:
        of_thing.append(Attachment.medium.in_(set(ids)))
    with app.db.atomic():
        used = Attachment.select(Attachment.medium).where(*of_thing)
        locked = Medium.select(Medium.id).where(Medium.id.in_(used)).order_by(Medium.id).for_update()
        freed = [medium.id for medium in locked]
        if not freed:
            return
        Attachment.delete().where(*of_thing).execute()
        still = Attachment.select().where(Attachment.medium == Medium.id)
        Medium.update(unused_since=app.clock.now()).where(Medium.id.in_(freed), ~fn.EXISTS(still)).execute()
