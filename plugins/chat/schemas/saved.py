"""What bookmarks bring and show."""

from __future__ import annotations

from marshmallow.validate import Length

from kernel import Schema, fields
from plugins.chat.schemas.responses import MessageOut
from plugins.chat.schemas.wire import Here


class SaveIn(Schema):
    """A note to oneself."""

    note = fields.String(load_default="", validate=Length(max=500))


class SavedQuery(Schema):
    """Of which conversation."""

    conversation_id = fields.UUID()


class SavedOut(Schema):
    """A message one keeps."""

    message = fields.Nested(MessageOut, required=True)
    note = fields.String(required=True)
    saved_at = fields.DateTime(required=True)


class SavedNews(Here):
    """One keeps a message, or (`saved_at` null) keeps it no longer."""

    message_id = fields.UUID(required=True)
    saved_at = fields.DateTime(required=True, allow_none=True)
    note = fields.String(required=True)
