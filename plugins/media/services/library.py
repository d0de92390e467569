"""Changes a person makes to what they have uploaded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from plugins.media.filenames import clean_filename
from plugins.media.models import Medium


def update(medium_id: UUID, owner_id: UUID, version: int | None, changes: dict[str, Any]) -> Medium:
    """Apply changes to one's own medium; raise NotFound or PreconditionFailed."""
    renamed = {"kept": changes["keep"]} if "keep" in changes else {}
    if "filename" in changes:
        renamed["filename"] = clean_filename(changes["filename"])
    if "visibility" in changes:
        renamed["visibility"] = changes["visibility"]
    return Medium.compare_and_set(medium_id, version, Medium.owner_id == owner_id, **renamed)
