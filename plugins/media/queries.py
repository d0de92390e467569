"""Read paths: cards, one's own media, files to be served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from kernel import FieldError, Invalid, NotFound, Page, Prepared, Principal, app, arg, paginate
from plugins.media.cards import MediaCard
from plugins.media.models import Medium, Usage
from plugins.media.problems import MediaNotReady
from plugins.media.settings import MediaSettings

_CARDS: Final = """
SELECT id, kind, content_type, status, visibility, width, height, files, owner_id
FROM media_medium WHERE id = ANY(%s::uuid[])
"""
_FILE: Final = Prepared(
    lambda: Medium.select(
        Medium.owner_id, Medium.visibility, Medium.filename, Medium.status, Medium.files
    ).where(Medium.id == arg("id"))
)


def url_of(id: UUID, variant: str, visibility: str, files: Mapping[str, Any]) -> str:
    """Return where one file of a medium is read: a stable path, or a signed link; empty without a file.

    A path, since what shows media keeps it: with an origin it would break when
    the deployment moves, or the demo takes another port.
    """
    if variant not in files:
        return ""
    if visibility == "private":
        return app.blobs.signed_url(files[variant]["key"])
    return f"/v1/media/{id}/{variant}"


def _card(row: Mapping[str, Any]) -> MediaCard:
    return MediaCard(
        id=row["id"],
        type=row["kind"],
        content_type=row["content_type"],
        status=row["status"],
        url=url_of(row["id"], "file", row["visibility"], row["files"]),
        thumbnail_url=url_of(row["id"], "thumb400", row["visibility"], row["files"]),
        width=row["width"],
        height=row["height"],
        visibility=row["visibility"],
    )


def cards(ids: Iterable[UUID]) -> dict[UUID, MediaCard]:
    """Return the cards of media by id, in one statement; see `plugins.media.api.cards`."""
    return {row["id"]: _card(row) for row in _rows(ids)}


def _rows(ids: Iterable[UUID]) -> list[dict[str, Any]]:
    wanted = list(set(ids))
    return app.db.dicts(_CARDS, (wanted,)) if wanted else []


def require(ids: Sequence[UUID], owner_id: UUID, pointer: str, *, ready: bool) -> list[MediaCard]:
    """Return the cards of an owner's media in the order of `ids`; see `plugins.media.api.require_owned`."""
    found = {row["id"]: row for row in _rows(ids) if row["owner_id"] == owner_id}
    faults = [
        FieldError(fault, pointer=f"{pointer}/{position}")
        for position, each in enumerate(ids)
        if (fault := _fault(found.get(each), repeated=each in ids[:position]))
    ]
    if faults:
        raise Invalid(errors=faults)
    waiting = [str(each) for each in ids if found[each]["status"] != "ready"]
    if ready and waiting:
        raise MediaNotReady(f"Still processed: {', '.join(waiting)}.", media_ids=waiting)
    return [_card(found[each]) for each in ids]


def _fault(row: Mapping[str, Any] | None, *, repeated: bool) -> str:
    if row is None:
        return "You have no such medium."
    if row["status"] == "failed":
        return "This file could not be used: upload another."
    return "Named twice." if repeated else ""


def shown(medium: Medium) -> dict[str, Any]:
    """Return a medium as its owner sees it."""
    files = {
        name: {**file, "url": url_of(medium.id, name, medium.visibility, medium.files)}
        for name, file in medium.files.items()
    }
    return {
        **asdict(_card(medium.__data__)),
        "filename": medium.filename,
        "visibility": medium.visibility,
        "keep": medium.kept,
        "reason": medium.reason,
        "size": medium.charged_bytes,
        "sha256": medium.sha256,
        "files": files,
        "version": medium.version,
        "created_at": medium.created_at,
    }


def one(medium_id: UUID, principal: Principal) -> Medium:
    """Return a medium for its owner, or for who manages media; raise NotFound for others."""
    medium = Medium.get_or_none(Medium.id == medium_id)
    if medium is None or not _may_see(medium.owner_id, principal):
        raise NotFound
    return medium


def _may_see(owner_id: UUID, principal: Principal) -> bool:
    return principal.id == owner_id or principal.can("media:manage")


def page(owner_id: UUID, filters: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of an owner's media, the newest first."""
    query = Medium.select().where(Medium.owner_id == owner_id)
    if "type" in filters:
        query = query.where(Medium.kind == filters["type"])
    if "status" in filters:
        query = query.where(Medium.status == filters["status"])
    if "q" in filters:
        query = query.where(Medium.filename.contains(filters["q"]))
    found = paginate(query, (Medium.id.desc(),), cursor=filters["cursor"], limit=filters["limit"])
    return Page([shown(medium) for medium in found.items], found.next)


def usage(owner_id: UUID) -> dict[str, int]:
    """Return how much room an owner takes, in bytes."""
    row = Usage.get_or_none(Usage.id == owner_id)
    return {
        "used_bytes": row.used_bytes if row else 0,
        "reserved_bytes": row.reserved_bytes if row else 0,
        "quota_bytes": app.settings.of(MediaSettings).quota_bytes,
    }


def file(medium_id: UUID, variant: str, principal: Principal) -> dict[str, Any]:
    """Return a file to be served, with the medium's `filename` and `visibility`.

    Raises NotFound for what is not there, not ready, or not the caller's to see.
    """
    for row in _FILE.dicts(app.db, id=medium_id):
        allowed = row["visibility"] == "public" or _may_see(row["owner_id"], principal)
        if allowed and variant in row["files"]:
            return {**row["files"][variant], "filename": row["filename"], "visibility": row["visibility"]}
    raise NotFound
