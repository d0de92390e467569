"""Messages to be sent later: exactly once, and only if their author may write then.

A scheduled message becomes a message with its own id, in the transaction that
marks it as sent; so a job that runs five times, or is killed in between, sends it
once. Whether its author is (still) in the conversation, may post there and is not
blocked is looked at when it is sent, by what every message goes through.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from kernel import Invalid, NotFound, Page, Principal, Problem, app, invalid, paginate, uuid7
from plugins.chat import views
from plugins.chat.models import Message, Scheduled
from plugins.chat.permissions import USE
from plugins.chat.problems import AlreadySent, MessageIdTaken, TooManyScheduled
from plugins.chat.schemas.requests import MessageIn
from plugins.chat.services import announcing, content, sending, threads
from plugins.chat.services.rows import hold, person
from plugins.chat.services.writing import Origin
from plugins.chat.settings import ChatSettings
from plugins.media import api as media

OWNER_TYPE: Final = "chat.scheduled"
"""What scheduled messages are called among the users of media."""

LATEST: Final = timedelta(days=366)
BATCH: Final = 100
KEPT: Final = timedelta(days=7)
"""How long it is remembered that a scheduled message was sent: until then a repeated POST is recognised."""

_DUE: Final = """
SELECT send_at, id FROM chat_scheduled
WHERE status = 'waiting' AND send_at <= %s AND (send_at, id) > (%s, %s) ORDER BY send_at, id LIMIT %s
"""


def create(caller: Principal, conversation_id: UUID, given: Mapping[str, Any]) -> Scheduled:
    """Keep a message until `send_at`; with a known id of one's own, return that. See `sending.send`."""
    sender, new_id = person(caller), given.get("id") or uuid7()
    said = _content(given)
    with app.db.atomic():
        held = hold(conversation_id, sender)
        if (known := _known(new_id, sender, conversation_id, given["send_at"], said)) is not None:
            return known
        sending.require_may_post(held)
        _require_room(conversation_id, sender)
        _require_later(given["send_at"])
        threads.roots(held, said["reply_to_id"], said["thread_id"])
        media_ids = content.checked(sender, said).media_ids
        made: Scheduled = Scheduled.create(
            id=new_id,
            conversation_id=conversation_id,
            sender_id=sender,
            content=views.plain(said),
            send_at=given["send_at"],
            status="waiting",
            failure="",
        )
        media.attach(media_ids, OWNER_TYPE, new_id)
        _tell(made, "waiting")
        return made


def _content(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said, without when and under which id."""
    return {name: value for name, value in given.items() if name not in {"id", "send_at", "conversation_id"}}


def _known(
    id: UUID, sender: UUID, conversation_id: UUID, send_at: Any, said: Mapping[str, Any]
) -> Scheduled | None:
    """Return the scheduled message a repeated call is about; raise MessageIdTaken for another's id."""
    found: Scheduled | None = Scheduled.get_or_none(Scheduled.id == id)
    if found is None:
        if Message.select().where(Message.id == id).exists():
            raise MessageIdTaken("Schedule it under a new id.")
        return None
    same = (found.sender_id, found.conversation_id) == (sender, conversation_id)
    unchanged = found.status == "sent" or (found.content, found.send_at) == (views.plain(said), send_at)
    if not (same and unchanged):
        raise MessageIdTaken("Schedule it under a new id; to change a scheduled message, PATCH it.")
    return found


def _require_room(conversation_id: UUID, sender: UUID) -> None:
    most = app.settings.of(ChatSettings).max_scheduled
    waiting = Scheduled.select().where(
        Scheduled.conversation_id == conversation_id,
        Scheduled.sender_id == sender,
        Scheduled.status == "waiting",
    )
    if waiting.count() >= most:  # under the lock of the conversation
        raise TooManyScheduled(f"At most {most} in one conversation.")


def _require_later(send_at: Any) -> None:
    now = app.clock.now()
    if not now < send_at <= now + LATEST:
        raise invalid("/send_at", "Choose a moment to come, within a year.")


def page(caller: Principal, asked: Mapping[str, Any]) -> Page[Scheduled]:
    """Return one's messages that wait or could not be sent, the next first."""
    query = Scheduled.select().where(Scheduled.sender_id == person(caller), Scheduled.status != "sent")
    if "conversation_id" in asked:
        query = query.where(Scheduled.conversation_id == asked["conversation_id"])
    return paginate(query, (Scheduled.send_at, Scheduled.id), cursor=asked["cursor"], limit=asked["limit"])


def one(caller: Principal, id: UUID) -> Scheduled:
    """Return a scheduled message of one's own; raise NotFound."""
    found = Scheduled.get_or_none(Scheduled.id == id, Scheduled.sender_id == person(caller))
    if found is None:
        raise NotFound
    scheduled: Scheduled = found
    return scheduled


def edit(caller: Principal, id: UUID, version: int | None, changes: Mapping[str, Any]) -> Scheduled:
    """Change when or what; one that failed waits anew. Raises NotFound, AlreadySent, Invalid."""
    with app.db.atomic():
        before = _lock(caller, id)
        said = MessageIn().load({**before.content, **views.plain(_content(changes))})
        send_at = changes.get("send_at", before.send_at)
        if "send_at" in changes or before.status == "failed":
            _require_later(send_at)
        held_media = [UUID(each) for each in before.content["media_ids"]]
        media_ids = content.checked(before.sender_id, said, held=held_media).media_ids
        after = Scheduled.compare_and_set(
            id, version, content=views.plain(_content(said)), send_at=send_at, status="waiting", failure=""
        )
        media.detach(OWNER_TYPE, id, set(held_media) - set(media_ids))
        media.attach(media_ids, OWNER_TYPE, id)
        _tell(after, "waiting")
        return after


def cancel(caller: Principal, id: UUID) -> None:
    """Send it never. Raises NotFound, AlreadySent."""
    with app.db.atomic():
        scheduled = _lock(caller, id)
        Scheduled.delete().where(Scheduled.id == id).execute()
        media.detach(OWNER_TYPE, id)
        _tell(scheduled, "cancelled")


def send_now(caller: Principal, id: UUID) -> Message:
    """Send it at once; return the message. Raises NotFound, AlreadySent, and what sending raises."""
    with app.db.atomic():
        return _send(_lock(caller, id), unattended=False)


def _lock(caller: Principal, id: UUID) -> Scheduled:
    query = Scheduled.select().where(Scheduled.id == id, Scheduled.sender_id == person(caller))
    found = query.for_update().first()
    if found is None:
        raise NotFound
    if found.status == "sent":
        raise AlreadySent
    scheduled: Scheduled = found
    return scheduled


def send_due() -> int:
    """Send all that is due; return how many were. What cannot be sent says why and waits for its author.

    A fault of ours with one does not hold up the others: it is raised at the end, and
    that one is tried again by the next run.
    """
    sent, faults = 0, []
    after: tuple[Any, Any] = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
    while due := app.db.rows(_DUE, (app.clock.now(), *after, BATCH)):
        for each in due:
            try:
                sent += _try(UUID(str(each[1])))
            except Exception as ex:  # noqa: BLE001 - raised below, once the others are sent
                faults.append(ex)
        after = due[-1]
    if faults:
        raise ExceptionGroup("Some scheduled messages could not be looked at", faults)
    return sent


def _try(id: UUID) -> bool:
    """Send one if it is still to be sent; say whether this call did."""
    try:
        with app.db.atomic():
            scheduled = _claim(id)
            if scheduled is None:
                return False
            _send(scheduled, unattended=True)
            return True
    except Problem as ex:
        if ex.status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # ours, such as a lost connection: tried again
            raise
        _fail(id, ex)
        return False


def _claim(id: UUID) -> Scheduled | None:
    """Return one that is still to be sent, locked; None when another worker has sent it, or it was moved."""
    mine = (Scheduled.id == id) & (Scheduled.status == "waiting") & (Scheduled.send_at <= app.clock.now())
    found: Scheduled | None = Scheduled.select().where(mine).for_update().first()
    return found


def _send(scheduled: Scheduled, *, unattended: bool) -> Message:
    """Write the message and mark it as sent; both or neither. The row is locked."""
    sender = app.auth.principal_of(scheduled.sender_id)
    if not sender.can(USE):
        raise NotFound("Its author may not write any more.")
    said = MessageIn().load(scheduled.content)
    held = hold(scheduled.conversation_id, scheduled.sender_id)
    media_ids = [UUID(each) for each in scheduled.content["media_ids"]]
    checked = content.checked(scheduled.sender_id, said, held=media_ids)
    origin = Origin(
        id=scheduled.id, sender_id=scheduled.sender_id, unattended=unattended, ttl=said.get("ttl")
    )
    message = sending.put(held, origin, checked, said)
    Scheduled.update(status="sent", content={}, failure="").where(Scheduled.id == scheduled.id).execute()
    media.detach(OWNER_TYPE, scheduled.id)
    _tell(scheduled, "sent")
    return message


def _fail(id: UUID, ex: Problem) -> None:
    """Note why one could not be sent, for its author to see and mend."""
    faults = "; ".join(f"{fault.pointer} {fault.detail}" for fault in ex.errors)
    reason = faults if isinstance(ex, Invalid) and faults else ex.detail or ex.title
    with app.db.atomic():
        for failed in (
            Scheduled.update(status="failed", failure=reason[:500], version=Scheduled.version + 1)
            .where(Scheduled.id == id, Scheduled.status == "waiting")
            .returning(Scheduled)
            .execute()
        ):
            _tell(failed, "failed")


def _tell(scheduled: Scheduled, status: str) -> None:
    announcing.tell_person(
        scheduled.sender_id,
        "message:scheduled",
        {
            "conversation_id": scheduled.conversation_id,
            "scheduled_id": scheduled.id,
            "status": status,
            "send_at": scheduled.send_at,
        },
    )


def forget_sent() -> int:
    """Drop what was sent a week ago; return how many rows."""
    done = Scheduled.delete().where(Scheduled.status == "sent", Scheduled.updated_at < app.clock.now() - KEPT)
    return int(done.execute())


def erase(user_id: UUID) -> None:
    """Cancel all of somebody's."""
    ids = [row.id for row in Scheduled.select(Scheduled.id).where(Scheduled.sender_id == user_id)]
    for each in ids:
        media.detach(OWNER_TYPE, each)
    Scheduled.delete().where(Scheduled.sender_id == user_id).execute()
