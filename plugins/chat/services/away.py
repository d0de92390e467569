"""Answer for somebody who is away: once a conversation in so many hours, and never another such answer.

Only between two people. It is sent by the subscriber to the message, in one
transaction with the note that it was; so a delivery that is repeated answers once.
An automatic answer, like everything `unattended`, is answered by none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kernel import Delivery, Principal, app, invalid, uuid7
from plugins.chat.models import AutoReplied, AutoReply, Conversation, Member
from plugins.chat.services import content, reach, sending
from plugins.chat.services.rows import hold, person
from plugins.chat.services.writing import Origin
from plugins.chat.settings import ChatSettings

EVERY_DAY: Final = (1, 2, 3, 4, 5, 6, 7)
BLANK: Final[Mapping[str, Any]] = {
    "text": "", "enabled": False, "starts_at": None, "ends_at": None, "hours": None
}  # fmt: skip
# The check and the note are one statement: of two messages that come at once, one is answered.
_CLAIM: Final = """
INSERT INTO chat_auto_replied (user_id, conversation_id, replied_at)
VALUES (%(user)s, %(conversation)s, %(now)s)
ON CONFLICT (user_id, conversation_id) DO UPDATE SET replied_at = excluded.replied_at
    WHERE chat_auto_replied.replied_at <= %(before)s
RETURNING replied_at
"""


def show(caller: Principal) -> dict[str, Any]:
    """Return one's automatic answer; switched off where none was written."""
    row = AutoReply.get_or_none(AutoReply.user_id == person(caller))
    return {name: getattr(row, name) for name in BLANK} if row else dict(BLANK)


def write(caller: Principal, given: Mapping[str, Any]) -> dict[str, Any]:
    """Set one's automatic answer; every conversation is answered anew. Raises Invalid."""
    user_id = person(caller)
    _require_sound(given)
    row = {**BLANK, **given}
    with app.db.atomic():
        AutoReply.insert(user_id=user_id, **row).on_conflict(
            conflict_target=[AutoReply.user_id], update=row
        ).execute()
        AutoReplied.delete().where(AutoReplied.user_id == user_id).execute()
    return show(caller)


def _require_sound(given: Mapping[str, Any]) -> None:
    longest = app.settings.of(ChatSettings).max_text
    if len(given["text"]) > longest:
        raise invalid("/text", f"At most {longest} characters.")
    if given["enabled"] and not given["text"].strip():
        raise invalid("/text", "Write what to answer.")
    starts, ends = given["starts_at"], given["ends_at"]
    if starts is not None and ends is not None and ends <= starts:
        raise invalid("/ends_at", "Choose a moment after the start.")
    if given["hours"] is not None:
        _require_zone(given["hours"]["timezone"])


def _require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as ex:
        raise invalid("/hours/timezone", "Name a time zone of the IANA database: Europe/Paris.") from ex


def is_on(row: AutoReply, now: datetime) -> bool:
    """Say whether somebody is away at a moment: enabled, within the dates and the hours given."""
    begun = row.starts_at is None or row.starts_at <= now
    over = row.ends_at is not None and row.ends_at <= now
    return bool(row.enabled) and begun and not over and (row.hours is None or within(row.hours, now))


def within(hours: Mapping[str, Any], now: datetime) -> bool:
    """Say whether a wall clock shows a time within hours that may go past midnight.

    `days` (ISO 8601, Monday 1) are those on which the hours begin; the same start
    and end is the whole day.
    """
    local = now.astimezone(ZoneInfo(hours["timezone"]))
    start, end = time.fromisoformat(hours["start"]), time.fromisoformat(hours["end"])
    days, at = hours["days"] or EVERY_DAY, local.time()
    today, yesterday = local.isoweekday() in days, (local - timedelta(days=1)).isoweekday() in days
    if start < end:
        return today and start <= at < end
    return (today and at >= start) or (yesterday and at < end)


def answer(delivery: Delivery) -> None:
    """Answer a message between two people for the one who is away."""
    event = delivery.event
    if event.unattended or event.sender_id is None or event.type == "system" or delivery.replayed:
        return
    away = _absent(event.conversation_id, event.sender_id)
    if away is None or not is_on(away, app.clock.now()):
        return
    if app.auth.status(away.user_id).status == "active":
        _answer(away, event.conversation_id, event.sender_id)


def _absent(conversation_id: UUID, sender_id: UUID) -> AutoReply | None:
    """Return the automatic answer of the other person of a direct conversation, if there is one."""
    found: AutoReply | None = (
        AutoReply.select()
        .join(Member, on=(Member.user_id == AutoReply.user_id))
        .join(Conversation, on=(Conversation.id == Member.conversation_id))
        .where(
            Conversation.id == conversation_id,
            Conversation.kind == "direct",
            Member.user_id != sender_id,
            AutoReply.enabled,
        )
        .first()
    )
    return found


def _answer(away: AutoReply, conversation_id: UUID, asker: UUID) -> None:
    now = app.clock.now()
    pause = timedelta(hours=app.settings.of(ChatSettings).auto_reply_hours)
    given = {"user": away.user_id, "conversation": conversation_id, "now": now, "before": now - pause}
    with app.db.atomic():
        held = hold(conversation_id, away.user_id)
        if held.conversation.closed_at is not None or reach.unreachable(away.user_id, [asker]):
            return
        if not app.db.rows(_CLAIM, given):
            return
        said = content.checked(away.user_id, {**_PLAIN, "text": away.text})
        origin = Origin(id=uuid7(), sender_id=away.user_id, unattended=True)
        sending.put(held, origin, said, {})


_PLAIN: Final[Mapping[str, Any]] = {"type": "text", "payload": {}, "media_ids": (), "mentions": ()}


def erase(user_id: UUID) -> None:
    """Forget somebody's automatic answer, and to whom it went."""
    for table in (AutoReply, AutoReplied):
        table.delete().where(table.user_id == user_id).execute()
