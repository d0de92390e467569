"""What comes in and goes out."""

from __future__ import annotations

from kernel import Schema, fields


class BlockIn(Schema):
    """Whom to block."""

    user_id = fields.UUID(required=True)


class PersonOut(Schema):
    """A person, as their privacy settings show them."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    avatar_url = fields.String(required=True)
    deleted = fields.Boolean(required=True)


class BlockOut(Schema):
    """Somebody the caller blocks."""

    user = fields.Nested(PersonOut, required=True)
    blocked_at = fields.DateTime(required=True)
