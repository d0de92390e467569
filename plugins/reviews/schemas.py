"""What requests about reviews take and responses show."""

from __future__ import annotations

from typing import Any, Final

from marshmallow.validate import Length, OneOf, Range, Regexp

from kernel import Schema, fields
from plugins.media.api import CardOut
from plugins.reviews.transactions import ROLES

REF: Final = Regexp(r"[a-z][a-z0-9_]*:[A-Za-z0-9][A-Za-z0-9._-]*\Z", error="A ref reads kind:id.")
NO_NUL: Final = Regexp(r"[^\x00]*\Z", error="Write it without NUL characters.")
SAID: Final = Regexp(r"[^\x00]*\S[^\x00]*\Z", error="Say something, without NUL characters.")
LONGEST: Final = 4000


def _rating(**kwargs: Any) -> fields.Integer:
    return fields.Integer(bits=32, validate=Range(min=1, max=5), **kwargs)


def _ref(**kwargs: Any) -> fields.String:
    return fields.String(validate=[Length(max=120), REF], **kwargs)


def _role(**kwargs: Any) -> fields.String:
    return fields.String(validate=OneOf(ROLES), **kwargs)


class ReviewContent(Schema):
    """What a reviewer may change."""

    rating = _rating(required=True, metadata={"description": "Stars.", "example": 5})
    text = fields.String(load_default="", validate=[Length(max=LONGEST), NO_NUL])
    media_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=Length(max=50),
        metadata={"description": "Public pictures and films of one's own, in their order."},
    )


class ReviewIn(ReviewContent):
    """A new review."""

    ref = _ref(
        required=True,
        metadata={
            "description": "The completed transaction.",
            "example": "order:0190c2a6-5f0e-7c1b-9d53-0e6a3f1a7b10",
        },
    )


class ResponseIn(Schema):
    """The answer of who was reviewed."""

    text = fields.String(required=True, validate=[Length(min=1, max=LONGEST), SAID])


class WithholdIn(Schema):
    """Why a moderator takes a review out of sight."""

    note = fields.String(load_default="", validate=[Length(max=500), NO_NUL])


class ReviewsQuery(Schema):
    """Filters of the list."""

    subject = fields.UUID(metadata={"description": "Reviews of this account."})
    reviewer = fields.UUID(metadata={"description": "Reviews by this account."})
    role = _role(metadata={"description": "As what the subject was reviewed."})
    about = _ref(metadata={"description": "Reviews of sales of this, `listing:<id>`."})
    rating = _rating()
    withheld = fields.Boolean(metadata={"description": "Only those withheld, or not; for moderators."})


class RoleQuery(Schema):
    """In which role."""

    role = _role(load_default="seller")


class HistoryQuery(RoleQuery):
    """In which role, and how far back."""

    months = fields.Integer(load_default=12, bits=32, validate=Range(min=1, max=120))


class PersonOut(Schema):
    """A person."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    avatar_url = fields.String(required=True)
    verified = fields.Boolean(required=True)


class ReviewOut(Schema):
    """What one party of a transaction says of the other."""

    id = fields.UUID(required=True)
    ref = fields.String(
        required=True, allow_none=True, metadata={"description": "For its parties and moderators."}
    )
    title = fields.String(
        required=True, allow_none=True, metadata={"description": "Of the transaction; as `ref`."}
    )
    scope = fields.String(required=True, allow_none=True)
    about = fields.List(fields.String(), required=True)
    reviewer = fields.Nested(PersonOut, required=True, allow_none=True)
    subject_id = fields.UUID(required=True)
    role = fields.String(required=True, metadata={"description": "The subject's in the transaction."})
    rating = fields.Integer(required=True)
    text = fields.String(required=True)
    gallery = fields.List(fields.Nested(CardOut), required=True)
    response = fields.String(required=True, allow_none=True)
    responded_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    edited_at = fields.DateTime(required=True, allow_none=True)
    withheld = fields.List(
        fields.String(), required=True, metadata={"description": "Why it is not shown, for its author."}
    )
    allowed = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "What the caller may do now: edit, delete, respond."},
    )
    version = fields.Integer(required=True)


class StandingOut(Schema):
    """Somebody's reputation in a role."""

    user_id = fields.UUID(required=True)
    user = fields.Nested(PersonOut, required=True, allow_none=True)
    role = fields.String(required=True)
    count = fields.Integer(required=True, metadata={"description": "Reviews that count."})
    average = fields.Float(required=True, allow_none=True, metadata={"description": "Plain average, stars."})
    score = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "Average weighted by recency and count, stars; null without a review."},
    )


class StarsOut(StandingOut):
    """A reputation, and how many reviews had how many stars."""

    stars = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class PointOut(Schema):
    """A month of a reputation."""

    month = fields.Date(required=True, metadata={"description": "Its first day, UTC."})
    count = fields.Integer(required=True, metadata={"description": "Reviews of this month."})
    average = fields.Float(required=True, allow_none=True, metadata={"description": "Of this month, stars."})
    score = fields.Float(required=True, metadata={"description": "As of this month, stars."})


class HistoryOut(Schema):
    """A reputation month by month, the oldest first."""

    items = fields.List(fields.Nested(PointOut), required=True)
