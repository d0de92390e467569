"""What comes in and goes out."""

from __future__ import annotations

from typing import Final

from marshmallow.validate import Length, OneOf, Range, Regexp

from kernel import Schema, fields
from plugins.media.api import CardOut
from plugins.verification.states import STATUSES

TEXT: Final = Regexp(r"[^\x00-\x08\x0b-\x1f\x7f]*\Z", error="Write it without control characters.")
VISIBLE: Final = Regexp(r"[\s\S]*\S", error="Not empty.")
REF: Final = Regexp(r"[a-z][a-z0-9_]*:[A-Za-z0-9][A-Za-z0-9._-]*\Z", error="It reads kind:id.")
NAME: Final = Regexp(r"[a-z][a-z0-9_.]*\Z", error="Lower-case letters, digits, _ and dots.")


class DocumentIn(Schema):
    """A document, uploaded to /v1/media with visibility `private`."""

    type = fields.String(required=True, validate=[Length(max=40), NAME])
    media_id = fields.UUID(required=True)
    expires_on = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "Its last day; null: it does not end."}
    )


class StepIn(Schema):
    """What is handed over in a step; it replaces what there was."""

    values = fields.Dict(
        keys=fields.String(validate=[Length(max=40), NAME]),
        values=fields.String(validate=[Length(min=1, max=500), TEXT]),
        load_default=dict,
        validate=Length(max=40),
        metadata={"example": {"legal_name": "Ada Lindqvist"}},
    )
    documents = fields.List(fields.Nested(DocumentIn), load_default=list, validate=Length(max=10))


class RequestIn(Schema):
    """A new request."""

    kind = fields.String(
        required=True, validate=[Length(max=80), NAME], metadata={"example": "verification.seller"}
    )
    subject = fields.String(
        load_default=None,
        allow_none=True,
        validate=[Length(max=200), REF],
        metadata={"description": "What is to be verified; without it, oneself.", "example": "unit:0190f3c2"},
    )
    steps = fields.Dict(
        keys=fields.String(validate=[Length(max=40), NAME]),
        values=fields.Nested(StepIn),
        load_default=dict,
        validate=Length(max=20),
    )
    submit = fields.Boolean(
        load_default=False, metadata={"description": "Hand it to the reviewers at once, when it is complete."}
    )


class ReasonIn(Schema):
    """Why; the requester reads it."""

    reason = fields.String(required=True, validate=[Length(min=1, max=2000), TEXT, VISIBLE])


class NoteIn(Schema):
    """What other reviewers should know."""

    text = fields.String(required=True, validate=[Length(min=1, max=4000), TEXT, VISIBLE])


class OwnQuery(Schema):
    """Which of one's own requests."""

    status = fields.String(validate=OneOf(STATUSES))
    kind = fields.String(validate=[Length(max=80), NAME])


class QueueQuery(Schema):
    """Which of the requests one reviews."""

    status = fields.String(load_default="PENDING", validate=OneOf(STATUSES))
    kind = fields.String(validate=[Length(max=80), NAME])
    scope = fields.String(validate=[Length(max=120), REF])
    claimed = fields.Boolean(metadata={"description": "Whether a reviewer has it."})


class StepKindOut(Schema):
    """A step of a kind."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    fields_ = fields.List(fields.String(), required=True, attribute="fields", data_key="fields")
    documents = fields.List(fields.String(), required=True)
    agreement_version = fields.String(
        required=True, allow_none=True, metadata={"description": "To be sent as the value `accepted`."}
    )


class KindOut(Schema):
    """Something that is verified here."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    subject = fields.String(required=True, metadata={"description": "What a subject begins with."})
    steps = fields.List(fields.Nested(StepKindOut), required=True)


class KindsOut(Schema):
    """What is verified here."""

    items = fields.List(fields.Nested(KindOut), required=True)


class PersonOut(Schema):
    """A person."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    avatar_url = fields.String(required=True)


class RequestItemOut(Schema):
    """A request among others."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True)
    requester_id = fields.UUID(required=True)
    scope = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=OneOf(STATUSES))
    submissions = fields.Integer(required=True, validate=Range(min=0))
    queued_at = fields.DateTime(required=True)
    claimed_by = fields.UUID(required=True, allow_none=True)
    claimed_at = fields.DateTime(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class QueueItemOut(RequestItemOut):
    """A request in the queue, with who asks."""

    requester = fields.Nested(PersonOut, required=True, allow_none=True)


class DocumentOut(Schema):
    """A document; `file` has signed links that end, null when it is gone."""

    type = fields.String(required=True)
    media_id = fields.UUID(required=True)
    expires_on = fields.String(required=True, allow_none=True, metadata={"format": "date"})
    file = fields.Nested(CardOut, required=True, allow_none=True)


class StepOut(Schema):
    """What was handed over in a step."""

    name = fields.String(required=True)
    values = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    documents = fields.List(fields.Nested(DocumentOut), required=True)


class RequestOut(QueueItemOut):
    """A request, whole. Its requester is not told which reviewer has it."""

    steps = fields.List(fields.Nested(StepOut), required=True)
    allowed = fields.List(
        fields.String(), required=True, metadata={"description": "What the caller may do with it now."}
    )


class ChangeOut(Schema):
    """A change of status."""

    from_ = fields.String(required=True, attribute="from", data_key="from")
    to = fields.String(required=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True)
    at = fields.DateTime(required=True)


class NoteOut(Schema):
    """A reviewer's note."""

    id = fields.UUID(required=True)
    author_id = fields.UUID(required=True, allow_none=True)
    text = fields.String(required=True)
    created_at = fields.DateTime(required=True)
