"""Pass messages on: a new message that names the first one and who wrote it.

Who forwards must see the message and may post where it goes. Its media go along:
the new message holds them too, and they are read through it. What vanishes
stays where it is. A poll is asked anew, with no votes; a live location becomes the
place it was at; mentions are of the people there, and stay there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kernel import NotFound, Principal, app, invalid, uuid7
from plugins.chat.models import Conversation, Message
from plugins.chat.problems import MessageIsDeleted, NotForwardable
from plugins.chat.services import bulk, changing, content, sending
from plugins.chat.services.rows import Held, hold, person, require_member, visible
from plugins.chat.services.writing import Origin
from plugins.chat.settings import ChatSettings

MOST: Final = 100
"""Messages that one call may make."""


def forward(
    caller: Principal, message_ids: Sequence[UUID], conversation_ids: Sequence[UUID], *, whole: bool
) -> list[dict[str, Any]]:
    """Forward each message to each conversation; return what became of each, `value` the new message.

    The new ones stand in the order of `message_ids`. With `whole` NothingDone is
    raised unless all arrive. Raises Invalid for more than may be forwarded at once.
    """
    sources, targets = list(dict.fromkeys(message_ids)), list(dict.fromkeys(conversation_ids))
    _require_few(sources, targets)
    pairs = [(each, there) for there in targets for each in sources]
    with app.db.atomic():
        places = bulk.places_of(sources)
        bulk.lock_all({*places.values(), *targets})
        steps = [
            (
                f"/message_ids/{sources.index(each)}",
                lambda each=each, there=there: _one(caller, each, places.get(each), there),
            )
            for each, there in pairs
        ]
        outcomes = bulk.attempt(steps, whole=whole)
        _count(places, [each for (each, _), outcome in zip(pairs, outcomes, strict=True) if outcome["ok"]])
    return [
        {"message_id": each, "conversation_id": there, **outcome}
        for (each, there), outcome in zip(pairs, outcomes, strict=True)
    ]


def _require_few(sources: Sequence[UUID], targets: Sequence[UUID]) -> None:
    most = app.settings.of(ChatSettings).max_forward
    if len(targets) > most:
        raise invalid("/conversation_ids", f"At most {most} conversations at once.")
    if len(sources) * len(targets) > MOST:
        raise invalid("/message_ids", f"At most {MOST} messages may come of one call.")


def _one(caller: Principal, message_id: UUID, place: UUID | None, there: UUID) -> Message:
    user_id = person(caller)
    if place is None:
        raise NotFound
    source = visible(message_id, require_member(place, user_id))
    if source.deleted_at is not None:
        raise MessageIsDeleted
    if source.type == "system" or source.expires_at is not None:
        raise NotForwardable
    first = source.forward_of_id is None
    origin = Origin(
        id=uuid7(),
        sender_id=user_id,
        forward_of_id=source.id if first else source.forward_of_id,
        forward_sender_id=source.sender_id if first else source.forward_sender_id,
    )
    held: Held = hold(there, user_id)
    said = content.checked(user_id, _copied(source), held=source.media_ids)
    return sending.put(held, origin, said, {})


def _copied(source: Message) -> dict[str, Any]:
    """Return what a message says, as somebody else would say it."""
    kind, payload = source.type, dict(source.payload)
    if kind == "poll":
        payload = _asked_anew(payload)
    elif kind == "live_location":
        kind = "location"
        payload = {name: payload[name] for name in ("latitude", "longitude", "accuracy")}
    return {
        "type": kind, "text": source.text, "payload": payload, "media_ids": source.media_ids, "mentions": ()
    }  # fmt: skip


def _asked_anew(poll: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a poll asks; one whose time is over has none."""
    asked = {name: poll[name] for name in ("question", "options", "multiple", "anonymous", "closes_at")}
    until = poll["closes_at"]
    if until is not None and datetime.fromisoformat(until) <= app.clock.now():
        asked["closes_at"] = None
    return asked


def _count(places: Mapping[UUID, UUID], forwarded: Sequence[UUID]) -> None:
    """Count at the messages how often they went on, and tell their conversations; all are locked."""
    for message_id in dict.fromkeys(forwarded):
        times = forwarded.count(message_id)
        columns = {
            Message.forward_count: Message.forward_count + times, Message.updated_at: Message.updated_at
        }  # fmt: skip
        written = Message.update(columns).where(Message.id == message_id).returning(Message).execute()
        for source in written:
            changing.show(Conversation.get_by_id(places[message_id]), source)
