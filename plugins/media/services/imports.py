"""Files taken on a person's behalf: by another plugin, an import, demo data."""

from __future__ import annotations

from typing import BinaryIO
from uuid import UUID

from plugins.media.filenames import clean_filename
from plugins.media.models import Medium
from plugins.media.services import intake


def import_file(stream: BinaryIO, *, owner_id: UUID, filename: str, visibility: str, id: UUID | None) -> UUID:
    """Take a file as if it were uploaded; see `plugins.media.api.import_file`."""
    if id is not None and Medium.select().where(Medium.id == id).exists():
        return id
    with intake.arriving(owner_id, stream, id=id) as arrival:
        medium = intake.accept(
            arrival.upload, arrival.format, arrival.size,
            sha256=arrival.sha256, filename=clean_filename(filename), visibility=visibility, kept=False,
        )  # fmt: skip
    return UUID(str(medium.id))
