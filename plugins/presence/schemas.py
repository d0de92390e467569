"""What comes in and goes out, over HTTP and over sockets."""

from __future__ import annotations

from typing import Any, Final

from marshmallow.validate import Length, OneOf, Regexp

from kernel import Schema, fields
from plugins.presence.view import STATUSES

MOST_AT_ONCE: Final = 100
LONGEST_TEXT: Final = 140
_ONE_LINE: Final = Regexp(r"[^\x00-\x1f\x7f]*\Z", error="Write it in one line, without control characters.")
_SHOWN: Final = ("online", "away", "dnd", "offline")


def _people(most: int, **kwargs: Any) -> Any:
    told = {"description": f"Ids of accounts, {most} at most; unknown ones answer like people never seen."}
    return fields.List(
        fields.UUID(), required=True, validate=Length(min=1, max=most), metadata=told, **kwargs
    )


class PeopleQuery(Schema):
    """Whose presence."""

    user_id = _people(MOST_AT_ONCE)


class SubscriptionIn(Schema):
    """Whom to watch, or to watch no longer."""

    user_ids = _people(500)


class StatusIn(Schema):
    """What to show from now on."""

    status = fields.String(
        required=True,
        validate=OneOf(STATUSES),
        metadata={"description": "`online` leaves it to the devices; `invisible` is shown as offline."},
    )
    text = fields.String(load_default="", validate=[Length(max=LONGEST_TEXT), _ONE_LINE])
    until = fields.DateTime(
        load_default=None,
        allow_none=True,
        metadata={"description": "When it ends by itself; null: not."},
    )


class ActivityIn(Schema):
    """What a device knows of its user."""

    idle = fields.Boolean(
        required=True,
        metadata={"description": "True when it has been left alone, false when it is used (again)."},
    )


class OwnOut(Schema):
    """What one chose, while it holds."""

    status = fields.String(required=True, validate=OneOf(STATUSES))
    text = fields.String(required=True)
    until = fields.DateTime(required=True, allow_none=True)


class PresenceOut(Schema):
    """What is seen of a person."""

    user_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=OneOf(_SHOWN))
    text = fields.String(required=True)
    last_seen_at = fields.DateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Of who is offline and shows it; else null."},
    )


class PresencesOut(Schema):
    """What is seen of several people."""

    items = fields.List(fields.Nested(PresenceOut), required=True)
