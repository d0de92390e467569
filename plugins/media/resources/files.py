"""The files themselves, served so that none can run in a visitor's browser."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, Final
from uuid import UUID

from kernel import (
    PUBLIC,
    UNLIMITED,
    Binary,
    NotFound,
    RangeNotSatisfiable,
    Request,
    Response,
    Route,
    app,
    endpoint,
    send_blob,
)
from plugins.media import queries
from plugins.media.formats import extension
from plugins.media.schemas import FileQuery
from plugins.media.settings import MediaSettings

# A day: what its owner deletes or hides is out of the caches by then.
_PUBLIC: Final = "public, max-age=86400"
_PRIVATE: Final = "private, no-cache"


class File:
    """`/v1/media/{media_id}/{variant}`."""

    @endpoint(
        summary="Get a file of a medium",
        permission=PUBLIC,
        query=FileQuery,
        response=Binary(
            "image/jpeg",
            "image/webp",
            "image/png",
            "video/mp4",
            "video/webm",
            "audio/mpeg",
            "audio/mp4",
            "audio/ogg",
            "application/octet-stream",
        ),
        rate=UNLIMITED,
        errors=(NotFound, RangeNotSatisfiable),
        statements=2,  # who calls, and the medium
    )
    def on_get(self, req: Request, resp: Response, media_id: UUID, variant: str) -> Any:
        """Variants are `file`, `large`, `jpeg`, `poster`, `thumb400`, `thumb300`.

        Public media are everybody's, private ones their owner's (others get signed
        links). Honours `Range`, `If-Range`, `If-None-Match` and HEAD.
        """
        found = queries.file(media_id, variant, req.principal)
        public, download = found["visibility"] == "public", req.query["download"]
        if public and not download and app.settings.of(MediaSettings).delivery == "redirect":
            _redirect(resp, app.blobs.signed_url(found["key"]))
            return None
        cache_control = _PUBLIC if public else _PRIVATE
        reader = send_blob(req, resp, app.blobs, app.blobs.stat(found["key"]), cache_control=cache_control)
        if download or resp.get_header("Content-Disposition"):
            resp.downloadable_as = _name(found)
        return reader


def _redirect(resp: Response, url: str) -> None:
    half = app.settings.storage.url_ttl // 2  # the link must outlive what a browser remembers
    resp.status = 302
    resp.set_headers({"Location": url, "Cache-Control": f"private, max-age={half}"})


def _name(found: dict[str, Any]) -> str:
    """Return the name to save a file under: the owner's, with the ending its type has now."""
    name = PurePosixPath(found["filename"])
    ending = extension(found["content_type"])
    return f"{name.stem}{ending}" if ending else str(name)


FILES = (Route("/media/{media_id:uuid}/{variant}", File()),)
