"""Tables of bookings."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import JSONField, Model, TimestampField, Versioned

ACTIVE: Final = "status IN ('HELD', 'PENDING', 'CONFIRMED')"
"""Statuses that take a time: the condition of the exclusion constraint and the partial indexes."""


class Resource(Versioned):
    """What can be booked: `capacity` lanes of one service, its hours in `timezone`.

    `number` is its key in the exclusion constraint. Times are minutes: a booking
    lasts `duration`, starts every `step` within the hours, keeps `buffer_before` and
    `buffer_after` free around it, is made at least `min_notice` and at most `max_ahead`
    before, and given up by its customer at least `cancel_notice` before.
    """

    number = peewee.BigIntegerField(constraints=[peewee.SQL("GENERATED ALWAYS AS IDENTITY")], null=True)
    provider_id = peewee.UUIDField()
    ref = peewee.TextField()
    timezone = peewee.TextField()
    capacity = peewee.IntegerField()
    duration = peewee.IntegerField()
    step = peewee.IntegerField()
    buffer_before = peewee.IntegerField()
    buffer_after = peewee.IntegerField()
    min_notice = peewee.IntegerField()
    max_ahead = peewee.IntegerField()
    cancel_notice = peewee.IntegerField()
    auto_confirm = peewee.BooleanField()
    open = peewee.BooleanField()

    class Meta:
        table_name = "bookings_resource"


class Hours(Model):
    """Weekly hours: from `start` to `end` (minutes of the local day, 1440 its end), Monday is 0.

    Every `weeks`-th week, counted from the week of `valid_from`.
    """

    resource = peewee.ForeignKeyField(Resource, on_delete="CASCADE", index=False)
    weekday = peewee.IntegerField()
    start = peewee.IntegerField()
    end = peewee.IntegerField()
    weeks = peewee.IntegerField()
    valid_from = peewee.DateField(null=True)
    valid_until = peewee.DateField(null=True)

    class Meta:
        table_name = "bookings_hours"


class Change(Model):
    """An exception: on these days (both within) it is open, or closed, from `start` to `end`."""

    resource = peewee.ForeignKeyField(Resource, on_delete="CASCADE", index=False)
    opens = peewee.BooleanField()
    first_day = peewee.DateField()
    last_day = peewee.DateField()
    start = peewee.IntegerField()
    end = peewee.IntegerField()
    note = peewee.TextField()

    class Meta:
        table_name = "bookings_change"


class Booking(Versioned):
    """A time of a resource for one customer.

    While it is active it takes its `lane` from `blocked_from` to `blocked_until` (the
    time with its buffers): the exclusion constraint lets nothing else overlap. What
    it is about is frozen: `title`, price, `snapshot`. One with a `payment_url` is paid
    there before it is booked. `reminded` is the shortest notice, in minutes, at which
    the parties were reminded.
    """

    resource = peewee.ForeignKeyField(Resource, on_delete="CASCADE", index=False)
    resource_number = peewee.BigIntegerField()
    lane = peewee.IntegerField()
    customer_id = peewee.UUIDField()
    provider_id = peewee.UUIDField()
    scope = peewee.TextField()
    ref = peewee.TextField()
    title = peewee.TextField()
    status = peewee.TextField()
    starts_at = TimestampField()
    ends_at = TimestampField()
    blocked_from = TimestampField()
    blocked_until = TimestampField()
    held_until = TimestampField(null=True)
    cancellable_until = TimestampField()
    timezone = peewee.TextField()
    price_amount = peewee.BigIntegerField(null=True)
    price_currency = peewee.FixedCharField(max_length=3, null=True)  # type: ignore[call-overload]  # the stubs lack it
    payment_url = peewee.TextField(default="")
    paid_at = TimestampField(null=True)
    note = peewee.TextField()
    snapshot = JSONField(index=False)
    reminded = peewee.IntegerField(null=True)
    completed_at = TimestampField(null=True)

    class Meta:
        table_name = "bookings_booking"
        database_only = ("bookings_booking_no_overlap",)


class Step(Model):
    """A change of a booking: who, as which party, why; `was` is empty when it is placed."""

    booking = peewee.ForeignKeyField(Booking, on_delete="CASCADE", index=False)
    transition = peewee.TextField()
    was = peewee.TextField()
    status = peewee.TextField()
    party = peewee.TextField()
    actor_id = peewee.UUIDField(null=True)
    reason = peewee.TextField()
    starts_at = TimestampField()

    class Meta:
        table_name = "bookings_step"


class Feed(Model):
    """An address that calendars subscribe to: of all one's bookings, or of those of one's resource."""

    owner_id = peewee.UUIDField()
    resource = peewee.ForeignKeyField(Resource, on_delete="CASCADE", index=False, null=True)
    digest = peewee.BlobField()

    class Meta:
        table_name = "bookings_feed"


OF_STATUS: Final = "status, starts_at DESC, id DESC"
INDEXES: Final = (
    (Resource, "UNIQUE INDEX bookings_resource_ref ON bookings_resource (ref)"),
    (Resource, "INDEX bookings_resource_provider ON bookings_resource (provider_id, id DESC)"),
    (Hours, "INDEX bookings_hours_resource ON bookings_hours (resource_id, weekday)"),
    (Change, "INDEX bookings_change_resource ON bookings_change (resource_id, last_day)"),
    (Booking, "INDEX bookings_booking_customer ON bookings_booking (customer_id, starts_at DESC, id DESC)"),
    (Booking, "INDEX bookings_booking_provider ON bookings_booking (provider_id, starts_at DESC, id DESC)"),
    (Booking, "INDEX bookings_booking_scope ON bookings_booking (scope, starts_at DESC, id DESC)"),
    (Booking, "INDEX bookings_booking_latest ON bookings_booking (starts_at DESC, id DESC)"),
    (Booking, f"INDEX bookings_booking_status ON bookings_booking ({OF_STATUS})"),
    (
        Booking,
        f"INDEX bookings_booking_customer_status ON bookings_booking (customer_id, {OF_STATUS})",
    ),
    (
        Booking,
        f"INDEX bookings_booking_provider_status ON bookings_booking (provider_id, {OF_STATUS})",
    ),
    (
        Booking,
        f"INDEX bookings_booking_taken ON bookings_booking (resource_id, blocked_from) WHERE {ACTIVE}",
    ),
    (
        Booking,
        f"INDEX bookings_booking_ahead ON bookings_booking (starts_at) WHERE {ACTIVE}",
    ),
    (Booking, "INDEX bookings_booking_held ON bookings_booking (held_until) WHERE status = 'HELD'"),
    (Step, "INDEX bookings_step_booking ON bookings_step (booking_id, id)"),
    (
        Feed,
        "UNIQUE INDEX bookings_feed_of ON bookings_feed (owner_id, resource_id) NULLS NOT DISTINCT",
    ),
    (Feed, "UNIQUE INDEX bookings_feed_digest ON bookings_feed (digest)"),
    (Feed, "INDEX bookings_feed_resource ON bookings_feed (resource_id)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(f"CREATE {_definition}"))

MODELS: Final = (Resource, Hours, Change, Booking, Step, Feed)
