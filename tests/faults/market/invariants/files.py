"""What must hold of files: of each medium, of the room it takes, and of what shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.faults.market.invariants.evidence import Evidence
from tests.faults.market.library import QUOTA

SHOWING: Final = """
SELECT 'chat.message:' || id AS thing, unnest(media_ids)::text AS medium FROM chat_message
WHERE deleted_at IS NULL
UNION SELECT 'listings.listing:' || id, unnest(gallery)::text FROM listings_listing WHERE deleted_at IS NULL
"""


def media(evidence: Evidence) -> Iterator[str]:
    """Each file that was acknowledged is there, whole, and is served; one that was deleted is not."""
    sql = "SELECT id::text, status, reason, (files->'file'->>'size')::bigint, sha256 FROM media_medium"
    stored = {medium: rest for medium, *rest in evidence.rows(sql)}
    for medium, (status, reason, *_) in stored.items():
        if status != "ready":
            yield f"medium {medium} is {status}: {reason}"
    for medium in evidence.record.deleted & stored.keys():
        yield f"medium {medium} was acknowledged as deleted and is there"
    for medium, sent in evidence.record.media.items():
        if medium not in stored:
            yield f"medium {medium} was acknowledged and is not there"
            continue
        _, _, size, digest = stored[medium]
        length, served = evidence.record.read.get(medium, (0, ""))
        if digest != sent.sha256:
            yield f"medium {medium} was sent as {sent.sha256} and stored as {digest}"
        if not served or length != size or (not sent.redrawn and served != sent.sha256):
            yield f"medium {medium} of {sent.size} bytes, as {size} to be served, was served as {length}"


def room(evidence: Evidence) -> Iterator[str]:
    """What a person's room is counted as is what their files and uploads take, and within the quota."""
    sql = """
    WITH files AS (SELECT owner_id, sum(charged_bytes)::bigint AS n FROM media_medium GROUP BY 1),
    uploads AS (SELECT owner_id, sum(reserved_bytes)::bigint AS n FROM media_upload GROUP BY 1)
    SELECT usage.id::text, used_bytes, coalesce(files.n, 0), usage.reserved_bytes, coalesce(uploads.n, 0)
    FROM media_usage usage LEFT JOIN files ON files.owner_id = usage.id
    LEFT JOIN uploads ON uploads.owner_id = usage.id
    """
    counted = {}
    for owner, used, taken, reserved, waiting in evidence.rows(sql):
        counted[owner] = taken
        if (used, reserved) != (taken, waiting):
            yield f"{owner} is counted {used} + {reserved} bytes, there are {taken} + {waiting}"
        if taken + waiting > QUOTA:
            yield f"{owner} has {taken} + {waiting} bytes, {QUOTA} are allowed"
    for owner, shown in evidence.record.room.items():
        if counted.get(owner, 0) != shown:
            yield f"{owner} is shown {shown} bytes in use, there are {counted.get(owner, 0)}"


def uses(evidence: Evidence) -> Iterator[str]:
    """What shows a medium holds it, what was acknowledged to show it does, and none is held by nothing."""
    showing = set(evidence.rows(SHOWING))
    sql = """
    SELECT owner_type || ':' || owner_id, medium_id::text FROM media_attachment
    WHERE owner_type IN ('chat.message', 'listings.listing')
    """
    held = set(evidence.rows(sql))
    for thing, medium in showing ^ held:
        yield f"{thing} {'shows and does not hold' if (thing, medium) in showing else 'only holds'} {medium}"
    for thing, medium in evidence.record.shown.items():
        if (thing, medium) not in showing:
            yield f"{thing} was acknowledged with medium {medium} and does not show it"
    sql = """
    SELECT id::text FROM media_medium
    WHERE (unused_since IS NULL) <> (id IN (SELECT medium_id FROM media_attachment))
    """
    for (medium,) in evidence.rows(sql):
        yield f"medium {medium} is held and to be removed, or neither"
