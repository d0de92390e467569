"""What automatic answers bring and show."""

from __future__ import annotations

from marshmallow.validate import Length, Range, Regexp

from kernel import Schema, fields
from plugins.chat.schemas.requests import LONGEST_TEXT

_CLOCK = Regexp(r"([01]\d|2[0-3]):[0-5]\d\Z", error="A time of day: 18:00.")


class HoursIn(Schema):
    """Hours of the day by a wall clock; an end before the start is the next day's."""

    start = fields.String(required=True, validate=_CLOCK)
    end = fields.String(required=True, validate=_CLOCK)
    days = fields.List(
        fields.Integer(validate=Range(1, 7)),
        load_default=list,
        validate=Length(max=7),
        metadata={"description": "On which the hours begin, Monday 1; none: every day."},
    )
    timezone = fields.String(required=True, validate=Length(min=1, max=64))


class AwayIn(Schema):
    """What to answer, and when one is away: between two moments, in some hours, or both."""

    text = fields.String(required=True, validate=Length(max=LONGEST_TEXT))
    enabled = fields.Boolean(load_default=True)
    starts_at = fields.DateTime(load_default=None, allow_none=True)
    ends_at = fields.DateTime(load_default=None, allow_none=True)
    hours = fields.Nested(HoursIn, load_default=None, allow_none=True)


class AwayOut(Schema):
    """One's automatic answer."""

    text = fields.String(required=True)
    enabled = fields.Boolean(required=True)
    starts_at = fields.DateTime(required=True, allow_none=True)
    ends_at = fields.DateTime(required=True, allow_none=True)
    hours = fields.Nested(HoursIn, required=True, allow_none=True)


class ScreenshotIn(Schema):
    """What was on the screen."""

    id = fields.UUID(metadata={"description": "Of the notice, chosen by the client: a repeat is one notice."})
    message_id = fields.UUID(load_default=None, allow_none=True)
