"""One's own media: upload, list, see, change, delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    BadRequest,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.media import queries
from plugins.media.problems import (
    FileTooLarge,
    MediaInUse,
    QuotaExceeded,
    UnknownFileType,
    UnusableFile,
    UploadExpired,
)
from plugins.media.resources.callers import owner
from plugins.media.resources.forms import LARGEST_FORM, receive
from plugins.media.schemas import MediaQuery, MediumIn, MediumOut, UsageOut
from plugins.media.services import library, removal


class Media:
    """`/v1/media`."""

    @endpoint(
        summary="List my media",
        permission=AUTHENTICATED,
        query=MediaQuery,
        response=page_of(MediumOut),
        errors=(Forbidden,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The newest first; by type, status, or a part of the file name."""
        return queries.page(owner(req), req.query)

    @endpoint(
        summary="Upload a file",
        permission="media:upload",
        consumes=("multipart/form-data",),
        max_body=LARGEST_FORM,
        response=MediumOut,
        status=201,
        rate=Rate(120, per=60, by="principal"),
        errors=(
            BadRequest,
            Invalid,
            Forbidden,
            FileTooLarge,
            QuotaExceeded,
            UnknownFileType,
            UnusableFile,
            UploadExpired,
        ),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """A form with the part `file` and, if you like, `visibility` and `keep` (`true`).

        The type is told from the bytes: JPEG, PNG, GIF, WebP, AVIF; MP4, QuickTime,
        WebM; PDF and office documents. The medium is `processing` until a task has
        made its variants; what nothing uses is removed after a day unless kept.
        """
        return queries.shown(receive(req, owner(req)))


class Medium:
    """`/v1/media/{media_id}`."""

    @endpoint(
        summary="See my medium", permission=AUTHENTICATED, response=MediumOut, etag=True, errors=(NotFound,)
    )
    def on_get(self, req: Request, resp: Response, media_id: UUID) -> Any:
        """Its status, and the URLs of all that was made of it; with `media:manage` anybody's."""
        return queries.shown(queries.one(media_id, req.principal))

    @endpoint(
        summary="Change my medium",
        permission=AUTHENTICATED,
        body=MediumIn,
        response=MediumOut,
        etag=True,
        errors=(NotFound, Forbidden, PreconditionFailed),
    )
    def on_patch(self, req: Request, resp: Response, media_id: UUID) -> Any:
        """Its name, who may see it, and whether it stays though nothing uses it."""
        return queries.shown(library.update(media_id, owner(req), req.if_match, req.body))

    @endpoint(summary="Delete my medium", permission=AUTHENTICATED, errors=(NotFound, Forbidden, MediaInUse))
    def on_delete(self, req: Request, resp: Response, media_id: UUID) -> None:
        """Refused while something uses it; with `media:manage` anybody's."""
        anybodys = req.principal.can("media:manage")
        removal.delete_own(media_id, None if anybodys else owner(req))


class Usage:
    """`/v1/media/usage`."""

    @endpoint(summary="See my room", permission=AUTHENTICATED, response=UsageOut, errors=(Forbidden,))
    def on_get(self, req: Request, resp: Response) -> Any:
        """What my media and my uploads under way take of my quota."""
        return queries.usage(owner(req))


LIBRARY = (
    Route("/media", Media()),
    Route("/media/usage", Usage()),
    Route("/media/{media_id:uuid}", Medium()),
)
