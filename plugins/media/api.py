"""What other plugins may use of media."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import BinaryIO, Literal
from uuid import UUID

from plugins.media import demo_images, queries
from plugins.media.cards import Kind, MediaCard, Status
from plugins.media.events import MediaDeleted, MediaFailed, MediaReady, MediaUploaded
from plugins.media.problems import MediaGone, MediaNotReady
from plugins.media.schemas import CardOut
from plugins.media.services import attachments, imports, removal

__all__ = [
    "CardOut",
    "Kind",
    "MediaCard",
    "MediaDeleted",
    "MediaFailed",
    "MediaGone",
    "MediaNotReady",
    "MediaReady",
    "MediaUploaded",
    "Status",
    "attach",
    "cards",
    "delete",
    "demo_media",
    "demo_subject",
    "detach",
    "import_file",
    "require_owned",
    "require_ready",
]


def cards(ids: Iterable[UUID]) -> dict[UUID, MediaCard]:
    """Return the cards of media by id, in one statement for any number.

    Unknown and deleted ones are left out. The caller has decided that the
    reader may see them: cards of private media carry signed links.
    """
    return queries.cards(ids)


def require_owned(ids: Sequence[UUID], owner_id: UUID, *, pointer: str = "/media_ids") -> list[MediaCard]:
    """Return the cards of a person's own media, in the order of `ids`, processed yet or not.

    For drafts. Raises Invalid naming `<pointer>/<position>` for each medium that
    is unknown, another person's, failed, or named twice. One statement.
    """
    return queries.require(ids, owner_id, pointer, ready=False)


def require_ready(ids: Sequence[UUID], owner_id: UUID, *, pointer: str = "/media_ids") -> list[MediaCard]:
    """Return the cards as `require_owned` does; raise MediaNotReady (409) when one is still processed."""
    return queries.require(ids, owner_id, pointer, ready=True)


def attach(ids: Iterable[UUID], owner_type: str, owner_id: UUID) -> None:
    """Mark media as used by a thing: `attach(ids, "listings.listing", listing_id)`.

    Idempotent; join it to the transaction that writes the thing. Media that
    nothing uses are removed `[media] orphan_hours` after. One statement. Raises
    MediaGone (409) when one of them is no more.
    """
    attachments.attach(ids, owner_type, owner_id)


def detach(owner_type: str, owner_id: UUID, ids: Collection[UUID] | None = None) -> None:
    """Take a thing's marks off the media `ids`, or off all of them.

    Media that nothing uses any more are removed after `[media] orphan_hours`.
    """
    attachments.detach(owner_type, owner_id, ids)


def delete(ids: Iterable[UUID]) -> None:
    """Delete media with their files, used or not; in the caller's transaction, files after it."""
    removal.delete(ids)


def import_file(
    stream: BinaryIO,
    *,
    owner_id: UUID,
    filename: str,
    visibility: Literal["public", "private"] = "public",
    id: UUID | None = None,
) -> UUID:
    """Take a file on a person's behalf, as if uploaded: type from its bytes, limits, quota, processing.

    Returns the medium's id. A known `id` makes it repeatable: the second call
    changes nothing. Raises what an upload is refused with.
    """
    return imports.import_file(stream, owner_id=owner_id, filename=filename, visibility=visibility, id=id)


def demo_subject(number: int) -> str:
    """Return what demo picture `number` shows, such as `Armchair`; the numbers go round (24)."""
    return demo_images.subject_of(number)


def demo_media(wanted: Iterable[tuple[UUID, UUID, int]], *, private: bool = False) -> None:
    """Add ready images for demo data: `(medium's id, owner's id, number of the picture)`.

    Public, unless `private`. For `demo_data` hooks of plugins that require media. One statement for any
    number, no file is written; known ids are left alone.
    """
    demo_images.add(wanted, private=private)
