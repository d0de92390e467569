"""Backups of one's own history: made by a task, fetched by a signed link, restored as copies.

A backup is NDJSON: a first line about itself, then a line for each conversation
and, after it, one for each of its messages that its owner may read. What vanishes
is in no copy. It is written in batches, so its size is bounded by the disk and
not by memory.

Chat itself is not changed by a restore: what others see and said stays theirs. A
message that chat shows its owner no more (they left, or cleared the history, or it
was another server) comes back as a copy for their eyes only; one deleted
for everybody does not come back. Restoring a second time adds nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from kernel import Conflict, NotFound, Page, Principal, app, paginate, uuid7
from plugins.accounts import api as accounts
from plugins.chat import views
from plugins.chat.models import Backup, Conversation, Member, Message
from plugins.chat.problems import BackupRunning
from plugins.chat.queries.reading import readable_by
from plugins.chat.services.rows import person

MEDIA_TYPE: Final = "application/x-ndjson"
FORMAT: Final = "stoa.chat.backup"
BATCH: Final = 500
WAITING: Final = timedelta(hours=2)
"""After which one that was not finished may be asked for again."""

KEPT: Final = timedelta(days=7)
LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a file to restore."""

_SAID: Final = ("id", "seq", "sender_id", "type", "text", "payload", "media_ids", "created_at", "edited_at")


def key_of(backup_id: UUID) -> str:
    """Return where the file of a backup lies."""
    return f"chat/backups/{backup_id}.ndjson"


def request(caller: Principal, kind: str) -> Backup:
    """Begin an export or a restore; one of each kind at a time. Raises BackupRunning."""
    user_id, now = person(caller), app.clock.now()
    stuck = (Backup.user_id == user_id) & (Backup.kind == kind) & (Backup.status == "waiting")
    with app.db.atomic():
        Backup.update(status="failed", failure="It took too long.").where(
            stuck, Backup.expires_at <= now
        ).execute()
        row = {"id": uuid7(), "user_id": user_id, "kind": kind, "status": "waiting", "failure": ""}
        sizes = {"messages": 0, "size": 0, "expires_at": now + WAITING}
        written = Backup.insert(**row, **sizes).on_conflict_ignore().returning(Backup).execute()
        for made in written:
            backup: Backup = made
            return backup
    raise BackupRunning


def upload_url(backup: Backup) -> str:
    """Return the signed link to which the file to restore is PUT."""
    return app.blobs.signed_url(key_of(backup.id), "PUT", WAITING, content_type=MEDIA_TYPE, max_bytes=LARGEST)


def page(caller: Principal, kind: str, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return one's backups (or restores), the latest first."""
    query = Backup.select().where(Backup.user_id == person(caller), Backup.kind == kind)
    found = paginate(query, (Backup.id.desc(),), cursor=cursor, limit=limit)
    return Page([shown(row) for row in found.items], found.next)


def one(caller: Principal, backup_id: UUID, kind: str) -> Backup:
    """Return a backup of one's own; raise NotFound."""
    mine = (Backup.id == backup_id) & (Backup.user_id == person(caller)) & (Backup.kind == kind)
    found = Backup.get_or_none(mine)
    if found is None:
        raise NotFound
    backup: Backup = found
    return backup


def shown(backup: Backup) -> dict[str, Any]:
    """Return a backup with the signed link to its file, once it is ready."""
    ready = backup.kind == "export" and backup.status == "ready" and backup.expires_at > app.clock.now()
    names = ("id", "kind", "status", "messages", "size", "failure", "created_at", "expires_at")
    return {
        **{name: getattr(backup, name) for name in names},
        "url": app.blobs.signed_url(key_of(backup.id)) if ready else None,
    }


def drop(caller: Principal, backup_id: UUID) -> None:
    """Delete a backup and its file; one that is being made is not. Raises NotFound, Conflict."""
    backup = one(caller, backup_id, "export")
    if backup.status == "waiting":
        raise Conflict("It is being made: delete it when it is ready.")
    app.blobs.delete(key_of(backup.id))
    Backup.delete().where(Backup.id == backup.id).execute()


def export(backup_id: UUID) -> None:
    """Write the file of a backup that waits; once more writes it anew. Run by a task."""
    backup: Backup | None = Backup.get_or_none(Backup.id == backup_id, Backup.status == "waiting")
    if backup is None:
        return
    with tempfile.TemporaryFile() as file:
        messages = 0
        for line in lines(backup.user_id):
            messages += "message" in line
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        size = file.tell()
        file.seek(0)
        app.blobs.put(key_of(backup_id), file, MEDIA_TYPE, size)
    finish(backup_id, "ready", messages=messages, size=size)


def finish(backup_id: UUID, status: str, **columns: Any) -> None:
    """Write how one that waits ended."""
    Backup.update(status=status, expires_at=app.clock.now() + KEPT, **columns).where(
        Backup.id == backup_id, Backup.status == "waiting"
    ).execute()


def lines(user_id: UUID) -> Iterator[dict[str, Any]]:
    """Yield the lines of somebody's backup, a batch of messages in memory at a time."""
    made = {"format": FORMAT, "version": 1, "user_id": str(user_id), "created_at": app.clock.now()}
    yield {"backup": made}
    for conversation in _conversations(user_id):
        yield {"conversation": views.plain(views.conversation(conversation))}
        for batch in _batches(user_id, conversation.id):
            cards = accounts.user_cards({row.sender_id for row in batch if row.sender_id}, user_id)
            for row in batch:
                card = cards.get(row.sender_id) if row.sender_id else None
                said = {name: getattr(row, name) for name in _SAID}
                place = {"conversation_id": row.conversation_id, "sender_name": card.name if card else ""}
                yield {"message": views.plain({**said, **place})}


def _conversations(user_id: UUID) -> Iterable[Conversation]:
    """Yield somebody's conversations by id, a batch at a time."""
    mine = (Member.conversation_id == Conversation.id) & (Member.user_id == user_id)
    after = UUID(int=0)
    query = Conversation.select().join(Member, on=mine).order_by(Conversation.id).limit(BATCH)
    while batch := list(query.where(Conversation.id > after)):
        yield from batch
        after = batch[-1].id


def _batches(user_id: UUID, conversation_id: UUID) -> Iterator[list[Message]]:
    """Yield the messages of a conversation that somebody may read and that are there for good."""
    after = 0
    query = (
        readable_by(user_id)
        .where(Message.conversation_id == conversation_id, Message.expires_at.is_null())
        .order_by(Message.seq)
        .limit(BATCH)
    )
    while batch := list(query.where(Message.seq > after)):
        yield batch
        after = batch[-1].seq


def sweep() -> int:
    """Remove the files and rows of backups whose time is over; return how many."""
    over = list(Backup.select(Backup.id).where(Backup.expires_at <= app.clock.now()).limit(BATCH))
    for row in over:
        app.blobs.delete(key_of(row.id))
        Backup.delete().where(Backup.id == row.id).execute()
    return len(over)
