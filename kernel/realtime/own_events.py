"""The events every namespace has: joining and leaving rooms, recovery, renewal."""

from __future__ import annotations

from marshmallow import Schema
from marshmallow.validate import Length, Range

from kernel.http import fields

MAX_ROOM = 200  # characters


class PositionBody(Schema):
    """The last event of a room's stream a client has."""

    epoch = fields.String(
        required=True, validate=Length(1, 64), metadata={"description": "The stream's name."}
    )
    seq = fields.Integer(
        required=True,
        validate=Range(0, 2**53 - 1),
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


class RecoverBody(Schema):
    """The positions a client has, by room; rooms it is not in are entered."""

    positions = fields.Dict(
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
