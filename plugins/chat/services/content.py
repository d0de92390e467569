"""What a message may hold: each type's payload, text and media, checked.

A type's payload has a schema (`schemas/payloads.py`); what people write is kept as
they wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from marshmallow import Schema, ValidationError

from kernel import FieldError, Invalid, app, invalid
from plugins.chat.schemas import payloads
from plugins.chat.settings import ChatSettings
from plugins.chat.views import plain
from plugins.media import api as media


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, checked."""

    type: str
    text: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    media_ids: Sequence[UUID] = ()
    mentions: Collection[UUID] = ()
    hashtags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What one type takes: kinds of media and how many, whether text must be there, its payload.

    `most` None means as many as the operator allows in an album.
    """

    payload: type[Schema] = payloads.Nothing
    text: bool = False
    media: tuple[str, ...] = ()
    least: int = 0
    most: int | None = 0


RULES: Final[Mapping[str, Rule]] = {
    "text": Rule(text=True),
    "markdown": Rule(text=True),
    "code": Rule(payloads.Code, text=True),
    "image": Rule(media=("image",), least=1, most=1),
    "album": Rule(media=("image", "video"), least=2, most=None),
    "video": Rule(media=("video",), least=1, most=1),
    "audio": Rule(payloads.Audio, media=("audio", "video"), least=1, most=1),
    "voice": Rule(payloads.Voice, media=("audio", "video"), least=1, most=1),
    "document": Rule(media=("document", "image", "video", "audio"), least=1, most=1),
    "gif": Rule(payloads.Gif, media=("image", "video"), most=1),
    "sticker": Rule(payloads.Sticker, media=("image",), most=1),
    "location": Rule(payloads.Location),
    "live_location": Rule(payloads.LiveLocation),
    "contact": Rule(payloads.Contact),
    "poll": Rule(payloads.Poll),
}
TYPES: Final = tuple(RULES)
EDITABLE: Final = frozenset(TYPES) - {"poll", "sticker", "gif", "location", "contact"}
"""Types whose text or payload may be changed; the rest says what it says."""

_TAG: Final = re.compile(r"(?<![\w&/#])#(\w{1,60})")
LONGEST_LIVE: Final = timedelta(hours=24)
MOST_TAGS: Final = 30
MOST_MENTIONS: Final = 50


def checked(sender_id: UUID, given: Mapping[str, Any], *, held: Collection[UUID] = ()) -> Content:
    """Return a message's content; raise Invalid naming what does not fit its type.

    `given` has `type`, `text`, `payload`, `media_ids`, `mentions`. `held` are media the
    message shows already (an edit, a forward): they need not be the sender's.
    """
    rule = RULES[given["type"]]
    text = _text(given["text"], rule)
    payload = _payload(given["payload"], rule)
    _timely(payload)
    if given["type"] == "poll":
        payload = unanswered(payload)
    media_ids = _media(sender_id, given["media_ids"], rule, held)
    _whole(given["type"], payload, media_ids)
    return Content(
        given["type"], text, payload, media_ids, _mentions(given["mentions"]), hashtags(given["type"], text)
    )


def _text(text: str, rule: Rule) -> str:
    longest = app.settings.of(ChatSettings).max_text
    if len(text) > longest:
        raise invalid("/text", f"At most {longest} characters.")
    if rule.text and not text.strip():
        raise invalid("/text", "Write something.")
    return text


def _payload(payload: Mapping[str, Any], rule: Rule) -> dict[str, Any]:
    try:
        return dict(plain(rule.payload().load(dict(payload))))
    except ValidationError as ex:
        raise Invalid(errors=list(_faults(ex.messages, "/payload"))) from ex


def unanswered(poll: Mapping[str, Any]) -> dict[str, Any]:
    """Return a poll that nobody has voted in yet, from what its author asks."""
    return {**poll, "votes": [0] * len(poll["options"]), "voters": 0, "closed_at": None}


def _timely(payload: Mapping[str, Any]) -> None:
    """Refuse an end that has passed, of a poll or a live location, and a location live for too long."""
    now = app.clock.now()
    if payload.get("closes_at") and datetime.fromisoformat(payload["closes_at"]) <= now:
        raise invalid("/payload/closes_at", "Choose a moment to come.")
    if payload.get("until"):
        until = datetime.fromisoformat(payload["until"])
        if not now < until <= now + LONGEST_LIVE:
            raise invalid("/payload/until", "Choose a moment within the next 24 hours.")


def _faults(messages: Any, pointer: str) -> list[FieldError]:
    """Return marshmallow's findings as faults with JSON Pointers."""
    if isinstance(messages, Mapping):
        return [
            fault
            for key, each in messages.items()
            for fault in _faults(each, pointer if key == "_schema" else f"{pointer}/{key}")
        ]
    return [FieldError(str(each), pointer=pointer) for each in messages]


def _media(sender_id: UUID, ids: Sequence[UUID], rule: Rule, held: Collection[UUID]) -> list[UUID]:
    most = app.settings.of(ChatSettings).max_media if rule.most is None else rule.most
    if not rule.least <= len(ids) <= most:
        wanted = f"exactly {most}" if rule.least == most else f"{rule.least} to {most}"
        raise invalid("/media_ids", f"This type of message takes {wanted} media.")
    if len(set(ids)) != len(ids):
        raise invalid("/media_ids", "A medium is named twice.")
    if set(ids) - set(held):
        cards = media.require_ready(ids, sender_id)
        faults = [
            FieldError(fault, pointer=f"/media_ids/{place}")
            for place, card in enumerate(cards)
            if (fault := _unfit(card, rule))
        ]
        if faults:
            raise Invalid(errors=faults)
    return list(ids)


def _unfit(card: media.MediaCard, rule: Rule) -> str:
    """Say why a medium is not for such a message; public ones could be read by who is not in it."""
    if card.type not in rule.media:
        return f"Choose one of: {', '.join(rule.media)}."
    return "" if card.visibility == "private" else "Make it private first: PATCH /v1/media/<id>."


def _whole(type_: str, payload: Mapping[str, Any], media_ids: Sequence[UUID]) -> None:
    """Refuse what shows nothing: a GIF without picture and address, a sticker without picture and name."""
    if type_ == "gif" and not media_ids and not payload.get("url"):
        raise invalid("/payload/url", "Give the address of the GIF, or its medium.")
    if type_ == "sticker" and not media_ids and not payload.get("emoji"):
        raise invalid("/payload/emoji", "Name the sticker's emoji, or give its medium.")


def _mentions(ids: Sequence[UUID]) -> frozenset[UUID]:
    if len(set(ids)) > MOST_MENTIONS:
        raise invalid("/mentions", f"At most {MOST_MENTIONS} people.")
    return frozenset(ids)


def hashtags(type_: str, text: str) -> list[str]:
    """Return the #words of a text, folded, each once, in their order; code has none."""
    if type_ == "code":
        return []
    return list(dict.fromkeys(found.casefold() for found in _TAG.findall(text)))[:MOST_TAGS]
