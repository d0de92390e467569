"""What calls about many things bring and show."""

from __future__ import annotations

from typing import Any

from marshmallow.validate import Length, OneOf, Range

from kernel import Schema, fields
from plugins.chat.schemas.responses import MarksOut, MessageCore


def _ids(**kwargs: Any) -> fields.List[Any]:
    return fields.List(fields.UUID(), required=True, validate=Length(min=1, max=100), **kwargs)


class Whole(Schema):
    """All or nothing, or each by itself."""

    mode = fields.String(
        load_default="each",
        validate=OneOf(("each", "all")),
        metadata={"description": "`all`: nothing is done unless everything can be."},
    )


class ForwardIn(Whole):
    """What to pass on, and where to."""

    message_ids = _ids()
    conversation_ids = _ids()


class DeleteIn(Whole):
    """What to delete, and for whom."""

    message_ids = _ids()
    scope = fields.String(data_key="for", load_default="all", validate=OneOf(("all", "me")))


class ReadIn(Schema):
    """How far one has read in a conversation."""

    conversation_id = fields.UUID(required=True)
    seq = fields.Integer(required=True, validate=Range(min=0))


class ReadsIn(Whole):
    """How far one has read in several."""

    items = fields.List(fields.Nested(ReadIn), required=True, validate=Length(min=1, max=100))


class ErrorOut(Schema):
    """Why something could not be done: the members of a problem."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)


class OutcomeOut(Schema):
    """What became of one of several."""

    ok = fields.Boolean(required=True)
    error = fields.Nested(ErrorOut, required=True, allow_none=True)


class DeletedOut(OutcomeOut):
    """What became of one message."""

    message_id = fields.UUID(required=True)


class DeletedListOut(Schema):
    """In the order they were named."""

    items = fields.List(fields.Nested(DeletedOut), required=True)


class ForwardedOut(DeletedOut):
    """What became of one message in one conversation; `message` is the new one."""

    conversation_id = fields.UUID(required=True)
    message = fields.Nested(MessageCore, required=True, allow_none=True)


class ForwardedListOut(Schema):
    """Conversation by conversation."""

    items = fields.List(fields.Nested(ForwardedOut), required=True)


class ReadOut(OutcomeOut):
    """Where one is in one conversation now."""

    conversation_id = fields.UUID(required=True)
    marks = fields.Nested(MarksOut, required=True, allow_none=True)


class ReadListOut(Schema):
    """In the order they were named."""

    items = fields.List(fields.Nested(ReadOut), required=True)
