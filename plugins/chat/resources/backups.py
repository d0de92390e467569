"""Backups of one's own history, and their restoring."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import Conflict, Invalid, NotFound, Rate, Request, Response, Route, app, endpoint, page_of
from plugins.chat import tasks
from plugins.chat.permissions import USE
from plugins.chat.schemas import backups as schemas
from plugins.chat.services import backups, restoring


class Backups:
    """`/v1/chat/backups`."""

    @endpoint(
        summary="List my backups",
        permission=USE,
        response=page_of(schemas.BackupOut),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first; kept for a week."""
        return backups.page(req.principal, "export", req.query["cursor"], req.query["limit"])

    @endpoint(
        summary="Back up my history",
        permission=USE,
        response=schemas.BackupOut,
        status=202,
        rate=Rate(10, per=3600, by="principal"),
        errors=(Conflict,),
        statements=10,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """NDJSON of all I may read, made in the background: ask again until `url` is there."""
        with app.db.atomic():
            made = backups.request(req.principal, "export")
            tasks.export_history.enqueue(made.id)
        resp.location = f"/v1/chat/backups/{made.id}"
        return backups.shown(made)


class OneBackup:
    """`/v1/chat/backups/{backup_id}`."""

    @endpoint(
        summary="Show a backup of mine",
        permission=USE,
        response=schemas.BackupOut,
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, backup_id: UUID) -> Any:
        """With a fresh link, once it is ready."""
        return backups.shown(backups.one(req.principal, backup_id, "export"))

    @endpoint(summary="Delete a backup of mine", permission=USE, errors=(NotFound, Conflict), statements=5)
    def on_delete(self, req: Request, resp: Response, backup_id: UUID) -> None:
        """With its file."""
        backups.drop(req.principal, backup_id)


class Restores:
    """`/v1/chat/restores`."""

    @endpoint(
        summary="Begin to restore a backup",
        permission=USE,
        response=schemas.RestoreOut,
        status=201,
        rate=Rate(10, per=3600, by="principal"),
        errors=(Conflict,),
        statements=8,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """Answers with where to PUT the file."""
        made = backups.request(req.principal, "restore")
        resp.location = f"/v1/chat/restores/{made.id}"
        return {**backups.shown(made), "upload_url": backups.upload_url(made)}


class OneRestore:
    """`/v1/chat/restores/{restore_id}`."""

    @endpoint(
        summary="Show how a restore stands",
        permission=USE,
        response=schemas.BackupOut,
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, restore_id: UUID) -> Any:
        """`messages` is how many came back."""
        return backups.shown(backups.one(req.principal, restore_id, "restore"))


class Starting:
    """`/v1/chat/restores/{restore_id}/start`."""

    @endpoint(
        summary="Restore the uploaded backup",
        permission=USE,
        response=schemas.BackupOut,
        status=202,
        errors=(NotFound, Invalid),
        statements=8,
    )
    def on_post(self, req: Request, resp: Response, restore_id: UUID) -> Any:
        """In the background; a second call changes nothing."""
        found = restoring.start(req.principal, restore_id)
        tasks.restore_history.enqueue(found.id)
        return backups.shown(found)


class Restored:
    """`/v1/chat/restored`."""

    @endpoint(
        summary="List restored messages",
        permission=USE,
        query=schemas.RestoredQuery,
        response=page_of(schemas.RestoredOut),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Copies for me alone, the latest first; chat's own history does not hold them."""
        return restoring.page(req.principal, req.query)

    @endpoint(summary="Forget all restored messages", permission=USE, statements=4)
    def on_delete(self, req: Request, resp: Response) -> None:
        """The copies go; chat is as it was."""
        restoring.clear(req.principal)


BACKUPS = (
    Route("/chat/backups", Backups()),
    Route("/chat/backups/{backup_id:uuid}", OneBackup()),
    Route("/chat/restores", Restores()),
    Route("/chat/restores/{restore_id:uuid}", OneRestore()),
    Route("/chat/restores/{restore_id:uuid}/start", Starting()),
    Route("/chat/restored", Restored()),
)
