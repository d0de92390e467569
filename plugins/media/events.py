"""What happens to media, for other plugins to react to.

No event carries a file name: events are kept for good, personal data is not.
"""

from __future__ import annotations

from uuid import UUID

from kernel import event


@event("media.media.uploaded", version=1, key="media_id")
class MediaUploaded:
    """A file arrived whole; `kind` is image, video, audio or document."""

    media_id: UUID
    owner_id: UUID
    kind: str


@event("media.media.ready", version=1, key="media_id")
class MediaReady:
    """The medium was processed and can be shown."""

    media_id: UUID
    owner_id: UUID
    kind: str


@event("media.media.failed", version=1, key="media_id")
class MediaFailed:
    """The file cannot be used; `reason` is a slug such as `broken` or `too-many-pixels`."""

    media_id: UUID
    owner_id: UUID
    reason: str


@event("media.media.deleted", version=1, key="media_id")
class MediaDeleted:
    """The medium is no more; its files follow."""

    media_id: UUID
    owner_id: UUID


EVENTS = (MediaUploaded, MediaReady, MediaFailed, MediaDeleted)
