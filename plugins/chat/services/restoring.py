"""Read a backup's file back in: line by line, in batches, each message once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from marshmallow import ValidationError

from kernel import BlobNotFound, Invalid, Page, Principal, app
from plugins.chat.models import Backup, Restored
from plugins.chat.schemas.backups import LineIn
from plugins.chat.services import backups
from plugins.chat.services.rows import person
from plugins.chat.settings import ChatSettings

LONGEST: Final = 256 * 1024
"""Bytes of a line; a message of ours has less."""

# Left out is what chat shows this person anyhow, and what was taken from everybody.
_KEEP: Final = """
INSERT INTO chat_restored (user_id, message_id, conversation_id, title, sender_id, sender_name, seq,
    type, text, payload, sent_at, restored_at)
SELECT %(user)s, r.id, r.conversation_id, r.title, r.sender_id, r.sender_name, r.seq, r.type, r.text,
    r.payload, r.created_at, %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
    id uuid, conversation_id uuid, title text, sender_id uuid, sender_name text, seq bigint, type text,
    text text, payload jsonb, created_at timestamptz
)
LEFT JOIN chat_message m ON m.id = r.id
WHERE m.id IS NULL OR (
    m.deleted_at IS NULL AND (m.expires_at IS NULL OR m.expires_at > %(now)s)
    AND NOT EXISTS (
        SELECT 1 FROM chat_member mine
        WHERE mine.user_id = %(user)s AND mine.conversation_id = m.conversation_id
            AND m.seq > mine.cleared_seq AND NOT EXISTS (
                SELECT 1 FROM chat_hidden h WHERE h.user_id = mine.user_id
                AND h.conversation_id = m.conversation_id AND h.seq = m.seq)
    )
)
ON CONFLICT (user_id, message_id) DO NOTHING
RETURNING message_id
"""

_HELD: Final = """
SELECT count(*), coalesce(sum(pg_column_size(text) + pg_column_size(payload)), 0)::bigint
FROM chat_restored WHERE user_id = %s
"""


class BadFile(Exception):  # noqa: N818 - what it is
    """The file is no backup; the text says where and why."""


def start(caller: Principal, restore_id: UUID) -> Backup:
    """Return the restore to begin, its file uploaded; raise NotFound, Invalid without a file."""
    restore = backups.one(caller, restore_id, "restore")
    if not app.blobs.exists(backups.key_of(restore.id)):
        raise Invalid("Upload the file first: PUT it to `upload_url`.")
    return restore


def restore(restore_id: UUID) -> None:
    """Read an uploaded backup in; once more adds nothing. Run by a task."""
    row: Backup | None = Backup.get_or_none(Backup.id == restore_id, Backup.status == "waiting")
    if row is None:
        return
    try:
        added = sum(_keep(row.user_id, batch) for batch in _batches(_lines(restore_id)))
    except (BadFile, BlobNotFound) as ex:
        backups.finish(restore_id, "failed", failure=str(ex)[:500])
    else:
        backups.finish(restore_id, "ready", messages=added)
    app.blobs.delete(backups.key_of(restore_id))


def _lines(restore_id: UUID) -> Iterator[bytes]:
    """Yield the lines of an uploaded file; raise BadFile for one that is too long."""
    rest = b""
    reader = app.blobs.open(backups.key_of(restore_id))
    try:
        for chunk in reader:
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
            if len(rest) > LONGEST:
                raise BadFile(f"A line is longer than {LONGEST} bytes.")
    finally:
        reader.close()
    if rest:
        yield rest


def _batches(lines: Iterable[bytes]) -> Iterator[list[dict[str, Any]]]:
    """Yield the messages of a file in batches; raise BadFile naming the line that is none."""
    titles: dict[str, str] = {}
    batch: list[dict[str, Any]] = []
    number = 0
    for number, line in enumerate(lines, 1):
        read = _read(number, line)
        if number == 1 and "backup" not in read:
            raise BadFile("The file is no backup of chat: its first line says so.")
        if "conversation" in read:
            titles = {read["conversation"]["id"]: read["conversation"]["title"]}
        if "message" in read:
            message = read["message"]
            batch.append({**message, "title": titles.get(message["conversation_id"], "")})
        if len(batch) == backups.BATCH:
            yield batch
            batch = []
    if not number:
        raise BadFile("The file is empty.")
    if batch:
        yield batch


def _read(number: int, line: bytes) -> dict[str, Any]:
    try:
        if b"\\u0000" in line:  # PostgreSQL stores no NUL
            raise ValueError("it holds a NUL")  # noqa: TRY301 - as a fault of the line, like the others
        schema = LineIn()
        return dict(schema.dump(schema.load(orjson.loads(line))))
    except (ValueError, TypeError, ValidationError) as ex:
        raise BadFile(f"Line {number} is no line of a backup: {str(ex)[:300]}") from ex


def _keep(user_id: UUID, batch: list[dict[str, Any]]) -> int:
    """Keep the messages of a batch that chat does not show; return how many are new."""
    with app.db.atomic():
        given = {"user": user_id, "now": app.clock.now(), "rows": orjson.dumps(batch).decode()}
        added = len(app.db.rows(_KEEP, given))
        if added:
            _require_room(user_id)
        return added


def _require_room(user_id: UUID) -> None:
    """Raise BadFile when somebody's copies are too many, or too much: each may be a whole line long."""
    settings = app.settings.of(ChatSettings)
    [(messages, size)] = app.db.rows(_HELD, (user_id,))
    if messages > settings.max_restored:
        raise BadFile(f"At most {settings.max_restored} messages are kept.")
    if size > settings.max_restored_bytes:
        raise BadFile(f"At most {settings.max_restored_bytes} bytes of messages are kept.")


def page(caller: Principal, asked: dict[str, Any]) -> Page[Restored]:
    """Return a page of one's restored messages, the latest first."""
    query = Restored.select().where(Restored.user_id == person(caller))
    if "conversation_id" in asked:
        query = query.where(Restored.conversation_id == asked["conversation_id"])
    if asked["cursor"]:
        sent_at, message_id = asked["cursor"].split("|")
        before = (Restored.sent_at < datetime.fromisoformat(sent_at)) | (
            (Restored.sent_at == datetime.fromisoformat(sent_at)) & (Restored.message_id < UUID(message_id))
        )
        query = query.where(before)
    order = (Restored.sent_at.desc(), Restored.message_id.desc())
    rows = list(query.order_by(*order).limit(asked["limit"] + 1))
    last = rows[asked["limit"] - 1] if len(rows) > asked["limit"] else None
    cursor = f"{last.sent_at.isoformat()}|{last.message_id}" if last else None
    return Page(rows[: asked["limit"]], cursor)


def clear(caller: Principal) -> None:
    """Forget all one restored."""
    Restored.delete().where(Restored.user_id == person(caller)).execute()


def erase(user_id: UUID) -> None:
    """Forget somebody's backups and copies; the sweep removes the files."""
    Backup.update(expires_at=app.clock.now()).where(Backup.user_id == user_id).execute()
    Restored.delete().where(Restored.user_id == user_id).execute()
