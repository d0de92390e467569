"""What comes in and goes out."""

from __future__ import annotations

from typing import Any, Final

from marshmallow.validate import Length, OneOf, Range, Regexp

from kernel import Schema, fields
from plugins.moderation.states import APPEALS, GROUNDS, SANCTIONS, SOURCES, STATUSES

TEXT: Final = Regexp(r"[^\x00-\x08\x0b-\x1f\x7f]*\Z", error="Write it without control characters.")
VISIBLE: Final = Regexp(r"[\s\S]*\S", error="Not empty.")
NAME: Final = Regexp(r"[a-z][a-z0-9_]*\Z", error="Lower-case letters, digits and _.")
REF: Final = Regexp(r"[a-z][a-z0-9_]*:[A-Za-z0-9][A-Za-z0-9._-]*\Z", error="It reads kind:id.")


def _words(longest: int, **more: Any) -> fields.String:
    return fields.String(required=True, validate=[Length(min=1, max=longest), TEXT, VISIBLE], **more)


class ReportIn(Schema):
    """What is wrong with something."""

    kind = fields.String(required=True, validate=[Length(max=40), NAME], metadata={"example": "listing"})
    target_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=[Length(max=40), NAME], metadata={"example": "spam"})
    details = fields.String(load_default="", validate=[Length(max=4000), TEXT])
    anonymous = fields.Boolean(
        load_default=False,
        metadata={"description": "Nobody learns who reports; you are not told what became of it."},
    )


class ResolveIn(Schema):
    """What is to be done; the person concerned reads `ground` and `facts`."""

    sanction = fields.String(
        load_default="NONE",
        validate=OneOf((*SANCTIONS, "NEXT")),
        metadata={"description": "NEXT: what the ladder has for the person's next strike."},
    )
    days = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=Range(min=1, max=3650),
        metadata={"description": "Of a suspension."},
    )
    hide = fields.Boolean(load_default=False, metadata={"description": "Take the thing out of sight."})
    ground_type = fields.String(load_default="TERMS", validate=OneOf(GROUNDS))
    ground = _words(1000, metadata={"example": "Terms, 4.2: no counterfeit goods"})
    facts = _words(4000, metadata={"example": "The photographs show a copy of a registered design."})
    note = fields.String(
        load_default="",
        validate=[Length(max=4000), TEXT],
        metadata={"description": "For other moderators."},
    )


class ReasonIn(Schema):
    """Why."""

    reason = _words(4000)


class NoteIn(Schema):
    """What other moderators should know."""

    text = _words(4000)


class AppealIn(Schema):
    """Why a decision is wrong. Who cannot sign in sends the token of the statement of reasons."""

    decision_id = fields.UUID(required=True)
    text = _words(4000)
    token = fields.String(load_default=None, allow_none=True, validate=Length(max=200))


class QueueQuery(Schema):
    """Which cases."""

    status = fields.String(validate=OneOf(STATUSES))
    kind = fields.String(validate=[Length(max=40), NAME])
    reason = fields.String(validate=[Length(max=40), NAME])
    scope = fields.String(validate=[Length(max=120), REF])
    owner = fields.UUID()
    mine = fields.Boolean(metadata={"description": "Those I have taken."})


class DecisionsQuery(Schema):
    """Which decisions."""

    owner = fields.UUID()
    case = fields.UUID()
    sanction = fields.String(validate=OneOf(SANCTIONS))
    status = fields.String(validate=OneOf(("IN_FORCE", "REVERSED")))


class AppealsQuery(Schema):
    """Which appeals."""

    status = fields.String(validate=OneOf(APPEALS))


class KindOut(Schema):
    """Something that can be reported."""

    kind = fields.String(required=True)
    title = fields.String(required=True)
    hideable = fields.Boolean(required=True)


class KindsOut(Schema):
    """What can be reported, and by which reasons."""

    items = fields.List(fields.Nested(KindOut), required=True)
    reasons = fields.List(fields.String(), required=True)


class ReportOut(Schema):
    """A report of one's own; its status is its case's."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    target_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    details = fields.String(required=True)
    anonymous = fields.Boolean(required=True)
    status = fields.String(required=True, validate=OneOf(STATUSES))
    created_at = fields.DateTime(required=True)


class PersonOut(Schema):
    """A person."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    avatar_url = fields.String(required=True)


class CaseReportOut(Schema):
    """A report as moderators see it; `reporter` is null for anonymous ones and rules."""

    id = fields.UUID(required=True)
    source = fields.String(required=True, validate=OneOf(SOURCES))
    rule = fields.String(required=True)
    reason = fields.String(required=True)
    details = fields.String(required=True)
    reporter = fields.Nested(PersonOut, required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class ThingOut(Schema):
    """A thing, as it was when its case was opened, or as it is now."""

    title = fields.String(required=True)
    text = fields.String(required=True)
    url = fields.String(required=True)


class CaseItemOut(Schema):
    """A case in the queue."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    target_id = fields.UUID(required=True)
    owner = fields.Nested(PersonOut, required=True, allow_none=True)
    scope = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=OneOf(STATUSES))
    snapshot = fields.Nested(ThingOut, required=True)
    reports = fields.Integer(required=True)
    flags = fields.Integer(required=True)
    reasons = fields.List(fields.String(), required=True)
    queued_at = fields.DateTime(required=True)
    claimed_by = fields.UUID(required=True, allow_none=True)
    claimed_at = fields.DateTime(required=True, allow_none=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class CaseOut(CaseItemOut):
    """A case, whole; `current` is the thing as it is now, null when it is gone."""

    current = fields.Nested(ThingOut, required=True, allow_none=True)
    allowed = fields.List(fields.String(), required=True)
    strikes = fields.Integer(required=True, metadata={"description": "Of its owner, that count now."})
    next_sanction = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What NEXT would be.", "example": "SUSPENSION:7"},
    )


class EntryOut(Schema):
    """A line of a case's trail; `actor_id` null: by itself."""

    id = fields.UUID(required=True)
    what = fields.String(required=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    note = fields.String(required=True)
    at = fields.DateTime(required=True)


class RedressOut(Schema):
    """How a decision can be contested."""

    appeal_until = fields.DateTime(required=True)
    appeal_id = fields.UUID(required=True, allow_none=True)
    url = fields.String(required=True)


class StatementOut(Schema):
    """A decision with its reasons, as whom it concerns reads them (Digital Services Act, article 17)."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    target_id = fields.UUID(required=True)
    title = fields.String(required=True)
    status = fields.String(required=True, validate=OneOf(("IN_FORCE", "REVERSED")))
    hidden = fields.Boolean(required=True)
    sanction = fields.String(required=True, validate=OneOf(SANCTIONS))
    scope = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Where the thing was shown; null: everywhere."},
    )
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True, allow_none=True)
    in_force = fields.Boolean(
        required=True, metadata={"description": "Whether the sanction is, by the clock."}
    )
    strike_until = fields.DateTime(required=True, allow_none=True)
    facts = fields.String(required=True)
    source = fields.String(required=True, validate=OneOf(SOURCES))
    automated_detection = fields.Boolean(required=True)
    automated_decision = fields.Boolean(required=True)
    ground_type = fields.String(required=True, validate=OneOf(GROUNDS))
    ground = fields.String(required=True)
    reversed_at = fields.DateTime(required=True, allow_none=True)
    reversal = fields.String(required=True)
    redress = fields.Nested(RedressOut, required=True)
    version = fields.Integer(required=True)


class DecisionOut(Schema):
    """A decision as moderators see it."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    target_id = fields.UUID(required=True)
    owner_id = fields.UUID(required=True, allow_none=True)
    scope = fields.String(required=True, allow_none=True)
    status = fields.String(required=True)
    hidden = fields.Boolean(required=True)
    sanction = fields.String(required=True)
    ends_at = fields.DateTime(required=True, allow_none=True)
    strike_until = fields.DateTime(required=True, allow_none=True)
    ground_type = fields.String(required=True)
    ground = fields.String(required=True)
    facts = fields.String(required=True)
    source = fields.String(required=True)
    automated = fields.Boolean(required=True)
    interim = fields.Boolean(required=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    reversed_by = fields.UUID(required=True, allow_none=True)
    reversed_at = fields.DateTime(required=True, allow_none=True)
    reversal = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class ContestedOut(Schema):
    """What somebody has against a decision, and what came of it."""

    id = fields.UUID(required=True)
    text = fields.String(required=True)
    status = fields.String(required=True, validate=OneOf(APPEALS))
    answer = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class AppealOut(ContestedOut):
    """An appeal, as who filed it sees it."""

    decision_id = fields.UUID(required=True)


class HeardOut(AppealOut):
    """An appeal, as moderators see it."""

    appellant_id = fields.UUID(required=True, allow_none=True)
    scope = fields.String(required=True, allow_none=True)
    contested_by = fields.UUID(required=True, allow_none=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decision = fields.Nested(DecisionOut, required=True)


class CountsOut(Schema):
    """What there is to do, and what was done in the last 30 days."""

    pending = fields.Integer(required=True)
    reviewing = fields.Integer(required=True)
    oldest_queued_at = fields.DateTime(required=True, allow_none=True)
    by_kind = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_reason = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    appeals_pending = fields.Integer(required=True)
    resolved = fields.Integer(required=True)
    dismissed = fields.Integer(required=True)
    median_minutes = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "From the first report to the end of a case."},
    )
    sanctions = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    hidden = fields.Integer(required=True)
    automated = fields.Integer(required=True)
    reversed_ = fields.Integer(required=True, attribute="reversed", data_key="reversed")


class ComplaintIn(Schema):
    """Why a dismissed report should be looked at again."""

    text = _words(5000)


class ComplaintOut(ContestedOut):
    """A complaint about a dismissal, as who reported sees it."""

    report_id = fields.UUID(required=True)


class HeardComplaintOut(ComplaintOut):
    """A complaint, as moderators see it: with what was reported."""

    case_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    target_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    details = fields.String(required=True)
    scope = fields.String(required=True, allow_none=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    contested_by = fields.UUID(required=True, allow_none=True)
