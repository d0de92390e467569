"""Delete media: rows and room at once, files in a task after the commit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from kernel import NotFound, app
from plugins.media.events import MediaDeleted
from plugins.media.models import Attachment, Medium
from plugins.media.problems import MediaInUse
from plugins.media.services import quota
from plugins.media.tasks import remove_files


def delete(ids: Iterable[UUID], *conditions: Any) -> list[UUID]:
    """Delete those media that still meet `conditions`, used or not; return which."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    with app.db.atomic():
        gone = list(
            Medium.delete()
            .where(Medium.id.in_(wanted), *conditions)
            .returning(Medium.id, Medium.owner_id, Medium.charged_bytes)
            .execute()
        )
        for owner_id in sorted({medium.owner_id for medium in gone}):  # a fixed order: no deadlock
            quota.credit(owner_id, sum(one.charged_bytes for one in gone if one.owner_id == owner_id))
        for medium in gone:
            remove_files.enqueue(medium.id)
        if gone:
            app.bus.publish(*(MediaDeleted(media_id=one.id, owner_id=one.owner_id) for one in gone))
    return [medium.id for medium in gone]


def delete_own(medium_id: UUID, owner_id: UUID | None) -> None:
    """Delete an owner's medium (anybody's, for None); raise NotFound or MediaInUse."""
    mine = (Medium.owner_id == owner_id,) if owner_id else ()
    with app.db.atomic():
        found = Medium.select(Medium.id).where(Medium.id == medium_id, *mine).for_update().get_or_none()
        if found is None:
            raise NotFound
        use = Attachment.get_or_none(Attachment.medium == medium_id)
        if use is not None:
            raise MediaInUse(f"It is used by {use.owner_type} {use.owner_id}.")
        delete([medium_id])
