"""The structured part of each type of message."""

from __future__ import annotations

from typing import Final

from marshmallow.validate import Length, Range, Regexp

from kernel import Schema, fields

_LINE: Final = Regexp(r"[^\x00-\x1f\x7f]*\Z", error="Write it in one line, without control characters.")
_LONGEST_MEDIUM_MS: Final = 24 * 3600 * 1000


def _line(longest: int, **kwargs: object) -> fields.String:
    return fields.String(validate=[Length(max=longest), _LINE], **kwargs)  # type: ignore[arg-type]


class Nothing(Schema):
    """Types that are all text and media."""


class Code(Schema):
    """A snippet; the text is the code."""

    language = fields.String(load_default="", validate=Regexp(r"[A-Za-z0-9+#._-]{0,30}\Z"))
    filename = _line(200, load_default="")


class Audio(Schema):
    """A recording or piece of music."""

    duration_ms = fields.Integer(load_default=None, allow_none=True, validate=Range(0, _LONGEST_MEDIUM_MS))
    title = _line(200, load_default="")
    performer = _line(200, load_default="")


class Voice(Schema):
    """A voice note: how long, and the heights of its waveform (0–100) to draw it by."""

    duration_ms = fields.Integer(required=True, validate=Range(0, _LONGEST_MEDIUM_MS))
    waveform = fields.List(
        fields.Integer(validate=Range(0, 100)), load_default=list, validate=Length(max=200)
    )


class Gif(Schema):
    """A moving picture of a provider, or a medium."""

    url = fields.URL(schemes={"https"}, load_default="", validate=Length(max=2000))
    preview_url = fields.URL(schemes={"https"}, load_default="", validate=Length(max=2000))
    provider = _line(60, load_default="")
    width = fields.Integer(load_default=None, allow_none=True, validate=Range(1, 10_000))
    height = fields.Integer(load_default=None, allow_none=True, validate=Range(1, 10_000))


class Sticker(Schema):
    """A sticker or custom emoji: of a pack by its name, or a medium."""

    pack = _line(100, load_default="")
    emoji = _line(60, load_default="")


class Location(Schema):
    """A place, in WGS 84 degrees; `accuracy` in metres."""

    latitude = fields.Float(required=True, validate=Range(-90, 90))
    longitude = fields.Float(required=True, validate=Range(-180, 180))
    accuracy = fields.Float(load_default=None, allow_none=True, validate=Range(0, 100_000))
    name = _line(200, load_default="")
    address = _line(500, load_default="")


class LiveLocation(Schema):
    """Where somebody is until a moment; each edit is a move. `heading` in degrees from north."""

    latitude = fields.Float(required=True, validate=Range(-90, 90))
    longitude = fields.Float(required=True, validate=Range(-180, 180))
    accuracy = fields.Float(load_default=None, allow_none=True, validate=Range(0, 100_000))
    heading = fields.Float(load_default=None, allow_none=True, validate=Range(0, 360))
    until = fields.DateTime(required=True)


class Contact(Schema):
    """A contact card; `user_id` when the person has an account here."""

    name = fields.String(required=True, validate=[Length(min=1, max=200), _LINE])
    phones = fields.List(_line(40), load_default=list, validate=Length(max=10))
    emails = fields.List(fields.Email(validate=Length(max=254)), load_default=list, validate=Length(max=10))
    organisation = _line(200, load_default="")
    user_id = fields.UUID(load_default=None, allow_none=True)


class Poll(Schema):
    """A question with two to twelve answers."""

    question = fields.String(required=True, validate=[Length(min=1, max=300), _LINE])
    options = fields.List(
        fields.String(validate=[Length(min=1, max=100), _LINE]), required=True, validate=Length(min=2, max=12)
    )
    multiple = fields.Boolean(load_default=False)
    anonymous = fields.Boolean(load_default=False)
    closes_at = fields.DateTime(load_default=None, allow_none=True)
