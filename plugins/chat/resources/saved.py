"""Messages one keeps at hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import Conflict, NotFound, Request, Response, Route, endpoint, page_of
from plugins.chat.permissions import USE
from plugins.chat.queries import saved
from plugins.chat.schemas import saved as schemas
from plugins.chat.services import saving


class Bookmark:
    """`/v1/messages/{message_id}/saved`."""

    @endpoint(
        summary="Save a message",
        permission=USE,
        body=schemas.SaveIn,
        errors=(NotFound, Conflict),
        statements=12,
    )
    def on_put(self, req: Request, resp: Response, message_id: UUID) -> None:
        """For oneself; nobody else notices. Again changes the note."""
        saving.save(req.principal, message_id, req.body["note"])

    @endpoint(summary="Save a message no longer", permission=USE, errors=(NotFound,), statements=10)
    def on_delete(self, req: Request, resp: Response, message_id: UUID) -> None:
        """Of a message one may not read (any more) too; what is not saved answers 404."""
        saving.drop(req.principal, message_id)


class Saved:
    """`/v1/chat/saved`."""

    @endpoint(
        summary="List saved messages",
        permission=USE,
        query=schemas.SavedQuery,
        response=page_of(schemas.SavedOut),
        statements=6,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Those one may still read, the latest saved first."""
        return saved.page(req.principal, req.query)


SAVED = (
    Route("/messages/{message_id:uuid}/saved", Bookmark()),
    Route("/chat/saved", Saved()),
)
