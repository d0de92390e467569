"""Make of an upload what is served: variants, clean copies; off everybody's request.

The file is taken from where the client wrote it to a place only this process
sees, and everything is decided on that copy: its format, its length, its digest.
What is served is written from it. So a client who still holds the upload's URL
can change nothing any more.

Running it twice, or two at once, is harmless: the variants get the same keys,
and only one run wins the change of status.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import structlog

from kernel import BlobNotFound, Problem, app
from plugins.media import documents, films, formats, keys, pictures
from plugins.media.events import MediaFailed, MediaReady
from plugins.media.formats import Format
from plugins.media.models import Medium
from plugins.media.pictures import Rendition, Result
from plugins.media.problems import FileTooLarge, UnknownFileType, UnusableFile
from plugins.media.services import quota
from plugins.media.settings import MediaSettings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Copy:
    """The upload as it lies in this process's own directory."""

    path: Path
    format: Format
    size: int
    sha256: str


def process(medium_id: UUID) -> None:
    """Process one medium; nothing happens to one that is gone or done."""
    medium = Medium.get_or_none(Medium.id == medium_id, Medium.status == "processing")
    app.db.release()  # nothing below needs a connection until the end
    if medium is None:
        return
    try:
        _process(medium)
    except (UnusableFile, UnknownFileType, FileTooLarge) as ex:
        fail(medium, _reason(ex))
    except BlobNotFound:
        fail(medium, "lost")
    app.blobs.delete(keys.incoming(medium.id))


def _reason(ex: Problem) -> str:
    return str(ex.extensions.get("reason") or ex.type)


def _process(medium: Medium) -> None:
    settings = app.settings.of(MediaSettings)
    with TemporaryDirectory(prefix="stoa-media-") as name:
        directory = Path(name)
        copy = _fetch(medium, directory / "source", settings)
        result = _prepare(copy, directory, settings)
        files = {variant: _publish(medium.id, variant, made) for variant, made in result.renditions.items()}
    if not _finish(medium, copy, result, files):
        remove_files(medium.id)  # it was deleted meanwhile


def _fetch(medium: Medium, path: Path, settings: MediaSettings) -> _Copy:
    """Copy the upload to `path`; raise UnusableFile when it is not what was accepted."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as target:
        for chunk in app.blobs.open(keys.incoming(medium.id), 0, medium.charged_bytes + 1):
            target.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    with path.open("rb") as source:
        found = formats.sniff(source.read(formats.HEAD))
    sha256 = digest.hexdigest()
    if size != medium.charged_bytes or found.kind != medium.kind:
        raise UnusableFile("The file was changed after it was accepted.", reason="changed")
    if medium.sha256 not in {"", sha256}:
        raise UnusableFile("The bytes are not those announced.", reason="checksum")
    if size > formats.limit_of(found, settings):
        raise UnusableFile("The file is larger than it may be.", reason="file-too-large")
    return _Copy(path, found, size, sha256)


def _prepare(copy: _Copy, directory: Path, settings: MediaSettings) -> Result:
    if copy.format.kind == "image":
        return pictures.draw(copy.path, copy.format.decoder, directory, settings)
    if copy.format.kind in ("video", "audio"):
        return films.prepare(copy.path, copy.format, directory, settings)
    return documents.prepare(copy.path, copy.format, directory, settings)


def _publish(medium_id: UUID, variant: str, made: Rendition) -> dict[str, Any]:
    key = keys.variant(medium_id, variant)
    with made.path.open("rb") as source:
        app.blobs.put(key, source, made.content_type, made.size)
    return {
        "key": key,
        "content_type": made.content_type,
        "width": made.width,
        "height": made.height,
        "size": made.size,
    }


def _finish(medium: Medium, copy: _Copy, result: Result, files: dict[str, Any]) -> bool:
    """Make the medium ready; return False when it is gone."""
    with app.db.atomic():
        changed = (
            Medium.update(
                status="ready",
                content_type=files["file"]["content_type"],
                sha256=copy.sha256,
                width=result.width,
                height=result.height,
                files=files,
                version=Medium.version + 1,
            )
            .where(Medium.id == medium.id, Medium.status == "processing")
            .execute()
        )
        if changed:
            app.bus.publish(MediaReady(media_id=medium.id, owner_id=medium.owner_id, kind=medium.kind))
        return bool(changed) or Medium.select().where(Medium.id == medium.id).exists()


def fail(medium: Medium, reason: str) -> None:
    """Mark a medium that cannot be used, and give back its room."""
    with app.db.atomic():
        changed = (
            Medium.update(status="failed", reason=reason, charged_bytes=0, version=Medium.version + 1)
            .where(Medium.id == medium.id, Medium.status == "processing")
            .execute()
        )
        if changed:
            quota.credit(medium.owner_id, medium.charged_bytes)
            app.bus.publish(MediaFailed(media_id=medium.id, owner_id=medium.owner_id, reason=reason))
    log.info("medium_failed", medium=str(medium.id), reason=reason)


def remove_files(medium_id: UUID) -> None:
    """Remove every file of a medium that is no more; a second time removes nothing."""
    app.db.release()
    for stat in list(app.blobs.list(keys.folder(medium_id))):
        app.blobs.delete(stat.key)
    app.blobs.delete(keys.incoming(medium_id))


def remove_all_files() -> None:
    """Remove every file of every medium, when the plugin is uninstalled."""
    for stat in list(app.blobs.list(keys.ROOT)):
        app.blobs.delete(stat.key)
