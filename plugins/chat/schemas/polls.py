"""What votes bring and show."""

from __future__ import annotations

from marshmallow.validate import Length, Range

from kernel import Schema, fields
from plugins.chat.schemas.responses import PersonOut
from plugins.chat.schemas.wire import Here


class VoteIn(Schema):
    """The answers to mark, in place of those marked before."""

    options = fields.List(
        fields.Integer(validate=Range(0, 11)),
        required=True,
        validate=Length(max=12),
        metadata={"description": "Places in the poll's `options`, from 0; empty takes the vote back."},
    )


class SocketVoteIn(VoteIn):
    """`poll:vote`."""

    message_id = fields.UUID(required=True)


class TallyOut(Schema):
    """How a poll stands: marks in the order of its answers, and how many people voted."""

    votes = fields.List(fields.Integer(), required=True)
    voters = fields.Integer(required=True)
    closed_at = fields.String(required=True, allow_none=True)


class PollOut(TallyOut):
    """The same with what one marked oneself."""

    my_votes = fields.List(fields.Integer(), required=True)


class VoterOut(Schema):
    """Somebody and the answers they marked."""

    user = fields.Nested(PersonOut, required=True)
    options = fields.List(fields.Integer(), required=True)


class PollNews(Here, TallyOut):
    """A poll stands like this now: put it into the message's payload."""

    message_id = fields.UUID(required=True)


class VotedNews(Here):
    """What one marked in a poll, on whichever device."""

    message_id = fields.UUID(required=True)
    options = fields.List(fields.Integer(), required=True)
