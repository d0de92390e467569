"""What media hold about a person: hand it over, or remove it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from plugins.media import queries
from plugins.media.models import Medium, Upload, Usage
from plugins.media.services import removal
from plugins.media.tasks import remove_files


def export_own(user_id: UUID) -> dict[str, Any]:
    """Return a person's media with links to the files."""
    media = Medium.select().where(Medium.owner_id == user_id).order_by(Medium.id)
    return {"media": [queries.shown(medium) for medium in media]}


def erase_own(user_id: UUID) -> None:
    """Delete a person's media, uploads and account of room; the files follow in tasks."""
    owned = Medium.select(Medium.id).where(Medium.owner_id == user_id)
    removal.delete(medium.id for medium in owned)
    for upload in Upload.delete().where(Upload.owner_id == user_id).returning(Upload.id).execute():
        remove_files.enqueue(upload.id)
    Usage.delete().where(Usage.id == user_id).execute()
