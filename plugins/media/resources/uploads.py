"""Uploads that go straight to the blob store."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import Forbidden, Invalid, NotFound, Rate, Request, Response, Route, endpoint
from plugins.media import queries
from plugins.media.problems import (
    FileTooLarge,
    QuotaExceeded,
    UnknownFileType,
    UnusableFile,
    UploadExpired,
    UploadMissing,
)
from plugins.media.resources.callers import owner
from plugins.media.schemas import MediumOut, UploadIn, UploadOut
from plugins.media.services import direct


class Uploads:
    """`/v1/media/uploads`."""

    @endpoint(
        summary="Begin a direct upload",
        permission="media:upload",
        body=UploadIn,
        response=UploadOut,
        status=201,
        idempotent=True,
        rate=Rate(120, per=60, by="principal"),
        errors=(Forbidden, FileTooLarge, QuotaExceeded, UnknownFileType),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Reserves room and returns where to write the file; complete the upload afterwards."""
        return direct.begin(owner(req), req.body)


class Upload:
    """`/v1/media/uploads/{upload_id}`."""

    @endpoint(summary="Give up a direct upload", permission="media:upload", errors=(Forbidden, NotFound))
    def on_delete(self, req: Request, resp: Response, upload_id: UUID) -> None:
        """Gives its room back at once; unfinished ones do so by themselves in the end."""
        direct.cancel(upload_id, owner(req))


class Complete:
    """`/v1/media/uploads/{upload_id}/complete`."""

    @endpoint(
        summary="Complete a direct upload",
        permission="media:upload",
        response=MediumOut,
        errors=(Forbidden, NotFound, Invalid, UploadMissing, UploadExpired, UnknownFileType, UnusableFile),
    )
    def on_post(self, req: Request, resp: Response, upload_id: UUID) -> Any:
        """Makes the medium of what was written, under the upload's id; again: the same medium."""
        return queries.shown(direct.complete(upload_id, owner(req)))


UPLOADS = (
    Route("/media/uploads", Uploads()),
    Route("/media/uploads/{upload_id:uuid}", Upload()),
    Route("/media/uploads/{upload_id:uuid}/complete", Complete()),
)
