"""Tables of moderation."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import ArrayField, JSONField, Model, TimestampField, Versioned


class Case(Versioned):
    """One thing that was reported or flagged, with all reports since the last decision.

    An empty `scope` is everybody's. `snapshot` is the thing as it was when the
    case was opened (title, text, url): what is edited afterwards is judged by it.
    `reports` counts different people, `flags` rules. `reasons` are theirs, each once.
    `announced` says that moderators were told of it.
    """

    kind = peewee.TextField()
    target_id = peewee.UUIDField()
    owner_id = peewee.UUIDField(null=True)
    scope = peewee.TextField()
    status = peewee.TextField()
    snapshot = JSONField(index=False)
    reports = peewee.IntegerField()
    flags = peewee.IntegerField()
    reasons = ArrayField(peewee.TextField, index=False)
    queued_at = TimestampField()
    claimed_by = peewee.UUIDField(null=True)
    claimed_at = TimestampField(null=True)
    decided_by = peewee.UUIDField(null=True)
    decided_at = TimestampField(null=True)
    announced = peewee.BooleanField(default=False)

    class Meta:
        table_name = "moderation_case"


class Report(Model):
    """What one person, or one rule, says about a thing.

    `reporter_key` is a keyed hash of who reports, so that two reports of one person
    are one. The `reporter_id` of an anonymous report is not stored at all.
    """

    case = peewee.ForeignKeyField(Case, on_delete="CASCADE", index=False)
    reporter_key = peewee.BlobField(null=True)
    reporter_id = peewee.UUIDField(null=True)
    source = peewee.TextField()
    rule = peewee.TextField()
    reason = peewee.TextField()
    details = peewee.TextField()

    class Meta:
        table_name = "moderation_report"


class Decision(Versioned):
    """What was done about a thing and its owner, and the statement of reasons for it.

    `hidden` says that this decision hid the thing (it was not hidden by it before).
    A sanction is in force until `ends_at` (None: for good), a strike counts until
    `strike_until`; reversed, neither does. `foreign_status` is a standing the account
    had from elsewhere when it was sanctioned, which a reversal gives back.
    `interim` ones were made by a threshold, until a moderator has looked.
    """

    case = peewee.ForeignKeyField(Case, on_delete="CASCADE", index=False)
    kind = peewee.TextField()
    target_id = peewee.UUIDField()
    owner_id = peewee.UUIDField(null=True)
    scope = peewee.TextField()
    status = peewee.TextField()
    hidden = peewee.BooleanField()
    sanction = peewee.TextField()
    ends_at = TimestampField(null=True)
    ended_at = TimestampField(null=True)
    strike_until = TimestampField(null=True)
    ground_type = peewee.TextField()
    ground = peewee.TextField()
    facts = peewee.TextField()
    source = peewee.TextField()
    automated = peewee.BooleanField()
    interim = peewee.BooleanField()
    decided_by = peewee.UUIDField(null=True)
    reversed_by = peewee.UUIDField(null=True)
    reversed_at = TimestampField(null=True)
    reversal = peewee.TextField()
    foreign_status = peewee.TextField()
    foreign_until = TimestampField(null=True)

    class Meta:
        table_name = "moderation_decision"


class _Contested(Versioned):
    """Somebody asks for another look at what `contested_by` decided."""

    scope = peewee.TextField()
    text = peewee.TextField()
    status = peewee.TextField()
    contested_by = peewee.UUIDField(null=True)
    decided_by = peewee.UUIDField(null=True)
    decided_at = TimestampField(null=True)
    answer = peewee.TextField()


class Appeal(_Contested):
    """Whom a decision concerns asks for another look; `contested_by` made the decision."""

    decision = peewee.ForeignKeyField(Decision, on_delete="CASCADE", index=False)
    appellant_id = peewee.UUIDField(null=True)

    class Meta:
        table_name = "moderation_appeal"


class Complaint(_Contested):
    """Who made a report asks for another look at what `contested_by` dismissed."""

    case = peewee.ForeignKeyField(Case, on_delete="CASCADE", index=False)
    report = peewee.ForeignKeyField(Report, on_delete="CASCADE", index=False)

    class Meta:
        table_name = "moderation_complaint"


class Entry(Model):
    """A line of a case's trail: what was done, by whom (None: by itself) and why. Only ever added to."""

    case = peewee.ForeignKeyField(Case, on_delete="CASCADE", index=False)
    what = peewee.TextField()
    actor_id = peewee.UUIDField(null=True)
    note = peewee.TextField()

    class Meta:
        table_name = "moderation_entry"


OPEN: Final = "WHERE status IN ('PENDING', 'REVIEWING')"
DUE: Final = "WHERE ended_at IS NULL AND ends_at IS NOT NULL"
COUNTED: Final = "INCLUDE (scope, queued_at, reasons)"
DECIDED: Final = "INCLUDE (scope, status, queued_at) WHERE decided_at IS NOT NULL"
MADE: Final = "INCLUDE (scope, sanction, hidden, automated, status)"
"""What the counts read beside: none of them reads the tables."""

INDEXES: Final = (
    (Case, f"UNIQUE INDEX moderation_case_open ON moderation_case (kind, target_id) {OPEN}"),
    (Case, "INDEX moderation_case_queue ON moderation_case (status, queued_at, id)"),
    (Case, f"INDEX moderation_case_waiting ON moderation_case (queued_at, id) {OPEN}"),
    (Case, f"INDEX moderation_case_scope ON moderation_case (scope, queued_at, id) {OPEN}"),
    (Case, f"INDEX moderation_case_counted ON moderation_case (status, kind) {COUNTED} {OPEN}"),
    (Case, "INDEX moderation_case_owner ON moderation_case (owner_id)"),
    (Case, f"INDEX moderation_case_decided ON moderation_case (decided_at) {DECIDED}"),
    (Case, "INDEX moderation_case_new ON moderation_case (id) WHERE NOT announced"),
    (Complaint, "UNIQUE INDEX moderation_complaint_one ON moderation_complaint (report_id)"),
    (Complaint, "INDEX moderation_complaint_case ON moderation_complaint (case_id)"),
    (Complaint, "INDEX moderation_complaint_queue ON moderation_complaint (status, id)"),
    (Complaint, "INDEX moderation_complaint_scope ON moderation_complaint (scope, status, id)"),
    (Report, "UNIQUE INDEX moderation_report_one ON moderation_report (case_id, reporter_key)"),
    (Report, "INDEX moderation_report_mine ON moderation_report (reporter_key, id DESC)"),
    (Report, "INDEX moderation_report_case ON moderation_report (case_id, id)"),
    (Decision, "INDEX moderation_decision_case ON moderation_decision (case_id)"),
    (Decision, "INDEX moderation_decision_owner ON moderation_decision (owner_id, id DESC)"),
    (Decision, f"INDEX moderation_decision_made ON moderation_decision (created_at) {MADE}"),
    (Decision, f"INDEX moderation_decision_due ON moderation_decision (ends_at) {DUE}"),
    (Decision, "INDEX moderation_decision_scope ON moderation_decision (scope, id)"),
    (Decision, "INDEX moderation_decision_sanction ON moderation_decision (sanction, id)"),
    (Decision, "INDEX moderation_decision_status ON moderation_decision (status, id)"),
    (Appeal, "UNIQUE INDEX moderation_appeal_one ON moderation_appeal (decision_id)"),
    (Appeal, "INDEX moderation_appeal_mine ON moderation_appeal (appellant_id, id DESC)"),
    (Appeal, "INDEX moderation_appeal_queue ON moderation_appeal (status, id)"),
    (Appeal, "INDEX moderation_appeal_scope ON moderation_appeal (scope, status, id)"),
    (Entry, "INDEX moderation_entry_case ON moderation_entry (case_id, id)"),
)  # fmt: skip
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(f"CREATE {_definition}"))

MODELS: Final = (Case, Report, Decision, Appeal, Complaint, Entry)
