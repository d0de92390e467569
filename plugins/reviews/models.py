"""Tables of reviews."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import ArrayField, Model, Table, TimestampField, Versioned


class Review(Versioned):
    """What one party of a transaction says of the other.

    `role` is the subject's in the transaction (seller, buyer), `about` the refs
    of what it was about. It is shown while `withheld`, a list of reasons, is empty.
    A deleted one stays as an empty row: there is one review a transaction and party.
    """

    ref = peewee.TextField()
    title = peewee.TextField()
    scope = peewee.TextField()
    about = ArrayField(peewee.TextField, index=False)
    reviewer_id = peewee.UUIDField()
    subject_id = peewee.UUIDField()
    role = peewee.TextField()
    rating = peewee.SmallIntegerField()
    text = peewee.TextField()
    gallery = ArrayField(peewee.UUIDField, index=False)
    edited_at = TimestampField(null=True)
    response = peewee.TextField()
    responded_at = TimestampField(null=True)
    withheld = ArrayField(peewee.TextField, index=False)
    deleted_at = TimestampField(null=True)

    class Meta:
        table_name = "reviews_review"


class Tally(Table):
    """How many counting reviews of a rating somebody got in a role and a month (its first day, UTC)."""

    user_id = peewee.UUIDField()
    role = peewee.TextField()
    month = peewee.DateField()
    rating = peewee.SmallIntegerField()
    n = peewee.IntegerField()

    class Meta:
        table_name = "reviews_tally"
        primary_key = peewee.CompositeKey("user_id", "role", "month", "rating")


class Reputation(Model):
    """What somebody's tallies in a role add up to as of a month.

    `total` is the sum of the ratings, `score` in thousandths of a star. Whoever
    changes a tally holds this row's lock.
    """

    user_id = peewee.UUIDField()
    role = peewee.TextField()
    count = peewee.IntegerField()
    total = peewee.IntegerField()
    score = peewee.IntegerField()
    as_of = peewee.DateField()

    class Meta:
        table_name = "reviews_reputation"


INDEXES: Final = (
    (Review, "UNIQUE INDEX reviews_review_once ON reviews_review (ref, reviewer_id)"),
    (Review, "INDEX reviews_review_subject ON reviews_review (subject_id, id DESC)"),
    (Review, "INDEX reviews_review_reviewer ON reviews_review (reviewer_id, id DESC)"),
    (Review, "INDEX reviews_review_about ON reviews_review USING gin (about)"),
    (Review, "INDEX reviews_review_gallery ON reviews_review USING gin (gallery)"),
    (Review, "INDEX reviews_review_rating ON reviews_review (rating, id DESC)"),
    (Review, "INDEX reviews_review_role ON reviews_review (role, id DESC)"),
    (Review, "INDEX reviews_review_withheld ON reviews_review (id DESC) WHERE withheld <> '{}'"),
    (Reputation, "UNIQUE INDEX reviews_reputation_user ON reviews_reputation (user_id, role)"),
    (
        Reputation,
        "INDEX reviews_reputation_rank ON reviews_reputation (role, score DESC, id DESC) WHERE count > 0",
    ),
    (Reputation, "INDEX reviews_reputation_as_of ON reviews_reputation (as_of, id)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(f"CREATE {_definition}"))

MODELS: Final = (Review, Tally, Reputation)
