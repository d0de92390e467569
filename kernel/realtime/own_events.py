"""The events every namespace has: joining and leaving rooms, recovery, renewal."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError
from marshmallow.validate import Length, Range

from kernel.http import fields
from kernel.realtime.recovery import Position

MAX_ROOM = 200  # characters
MAX_EPOCH = 64  # characters
MAX_SEQ = 2**53 - 1  # what JavaScript counts to exactly


class PositionBody(Schema):
    """The last event of a room's stream a client has."""

    epoch = fields.String(
        required=True, validate=Length(1, MAX_EPOCH), metadata={"description": "The stream's name."}
    )
    seq = fields.Integer(
        required=True,
        validate=Range(0, MAX_SEQ),
        metadata={"description": "The event's number."},
    )


class JoinBody(Schema):
    """A room to enter, and the position the client has there, if it has one."""

    room = fields.String(
        required=True,
        validate=Length(1, MAX_ROOM),
        metadata={"description": "The room's name, `<family>:<key>`."},
    )
    position = fields.Nested(PositionBody, metadata={"description": "What the client has of it."})


class LeaveBody(Schema):
    """A room to leave."""

    room = fields.String(
        required=True, validate=Length(1, MAX_ROOM), metadata={"description": "The room's name."}
    )


class Positions(fields.Dict):
    """Positions by room, read as `Position`.

    APPSEC: a nested schema takes 20 µs for each and 200 µs for one that is wrong:
    a message full of them stopped the process for 0.4 s. Here the first fault ends it.
    """

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Position]:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        return {room: _position(room, one) for room, one in value.items()}


def _position(room: str, one: Any) -> Position:
    """Return the position a client gives of a room; raise ValidationError at its key."""
    if not 0 < len(room) <= MAX_ROOM:
        raise ValidationError({room[:MAX_ROOM]: [f"A room's name has 1 to {MAX_ROOM} characters."]})
    if isinstance(one, dict) and one.keys() == {"epoch", "seq"}:
        epoch, seq = one["epoch"], one["seq"]
        if (
            isinstance(epoch, str)
            and 0 < len(epoch) <= MAX_EPOCH
            and type(seq) is int
            and 0 <= seq <= MAX_SEQ
        ):
            return Position(epoch, seq)
    raise ValidationError({room: [f"Send an epoch, text of 1 to {MAX_EPOCH} characters, and a seq from 0."]})


class RecoverBody(Schema):
    """The positions a client has, by room; rooms it is not in are entered."""

    positions = Positions(
        keys=fields.String(validate=Length(1, MAX_ROOM)),
        values=fields.Nested(PositionBody),
        required=True,
        metadata={"description": "Positions by room; at most `[realtime] max_positions`."},
    )


class AuthenticateBody(Schema):
    """A new access token, in time before the old one expires."""

    token = fields.String(required=True, metadata={"description": "A token of the same account."})


class Nothing(Schema):
    """Nothing."""


class RoomState(Schema):
    """Where a room stands for this client."""

    recovered = fields.Boolean(
        required=True,
        metadata={"description": "Whether `events` are all that was missed; else take a snapshot."},
    )
    epoch = fields.String(metadata={"description": "The stream's name."})
    seq = fields.Integer(metadata={"description": "The number of its last event."})
    events = fields.List(
        fields.Raw(),
        metadata={"description": "What was missed: `[name, data, {room, epoch, seq}]`, oldest first."},
    )
    error = fields.Dict(metadata={"description": "A problem: the room cannot be entered."})


class RoomStates(Schema):
    """The rooms this socket is in now, or asked for."""

    rooms = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(RoomState),
        required=True,
        metadata={"description": "By name."},
    )


class Expelled(Schema):
    """This socket may no longer be in a room, and is not."""

    room = fields.String(required=True, metadata={"description": "The room's name."})
    reason = fields.String(required=True, metadata={"description": "Why."})


class Reconnect(Schema):
    """The server is about to stop: connect again after so many milliseconds."""

    after = fields.Integer(
        required=True, metadata={"description": "Milliseconds to wait; every client has its own."}
    )
    reason = fields.String(required=True, metadata={"description": "Why."})


class Closing(Schema):
    """The connection is about to be closed by the server."""

    code = fields.Integer(
        required=True, metadata={"description": "The WebSocket's close code; 4401: sign in again."}
    )
    reason = fields.String(required=True, metadata={"description": "Why."})
