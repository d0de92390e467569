"""What comes in and goes out."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from marshmallow import validate

from kernel import MoneyField, Schema, fields
from plugins.bookings.states import STATUSES

REF = validate.Regexp(r"[a-z_]{1,30}:[0-9a-zA-Z-]{1,64}\Z")
ZONE = validate.OneOf(sorted(available_timezones()), error="Not a time zone such as Europe/Paris (IANA).")
YEAR = 525_600  # minutes


def _minutes(low: int, high: int, **more: Any) -> fields.Integer:
    return fields.Integer(bits=32, validate=validate.Range(min=low, max=high), **more)


class HoursPart(Schema):
    """Weekly hours; `start` and `end` are minutes of the local day, Monday is 0."""

    weekday = _minutes(0, 6, required=True)
    start = _minutes(0, 1439, required=True)
    end = _minutes(1, 1440, required=True)
    weeks = _minutes(1, 52, load_default=1)
    valid_from = fields.Date(load_default=None, allow_none=True)
    valid_until = fields.Date(load_default=None, allow_none=True)


class ResourceIn(Schema):
    """The service to be booked, and how; times in minutes."""

    ref = fields.String(required=True, validate=REF)
    timezone = fields.String(required=True, validate=ZONE)
    capacity = _minutes(1, 500, load_default=1)
    duration = _minutes(5, 1440, required=True)
    step = _minutes(5, 1440, load_default=30)
    buffer_before = _minutes(0, 1440, load_default=0)
    buffer_after = _minutes(0, 1440, load_default=0)
    min_notice = _minutes(0, YEAR, load_default=60)
    max_ahead = _minutes(60, YEAR, load_default=86_400)
    cancel_notice = _minutes(0, YEAR, load_default=1440)
    auto_confirm = fields.Boolean(load_default=False)
    hours = fields.List(fields.Nested(HoursPart), load_default=list, validate=validate.Length(max=100))


class ResourcePatch(Schema):
    """What may be changed; `hours` replaces them all, `open` false takes no bookings any more."""

    timezone = fields.String(validate=ZONE)
    capacity = _minutes(1, 500)
    duration = _minutes(5, 1440)
    step = _minutes(5, 1440)
    buffer_before = _minutes(0, 1440)
    buffer_after = _minutes(0, 1440)
    min_notice = _minutes(0, YEAR)
    max_ahead = _minutes(60, YEAR)
    cancel_notice = _minutes(0, YEAR)
    auto_confirm = fields.Boolean()
    hours = fields.List(fields.Nested(HoursPart), validate=validate.Length(max=100))
    open = fields.Boolean()


class ResourceItemOut(Schema):
    """What can be booked."""

    id = fields.UUID(required=True)
    ref = fields.String(required=True)
    timezone = fields.String(required=True)
    capacity = fields.Integer(required=True)
    duration = fields.Integer(required=True)
    step = fields.Integer(required=True)
    buffer_before = fields.Integer(required=True)
    buffer_after = fields.Integer(required=True)
    min_notice = fields.Integer(required=True)
    max_ahead = fields.Integer(required=True)
    cancel_notice = fields.Integer(required=True)
    auto_confirm = fields.Boolean(required=True)
    open = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)


class HoursOut(Schema):
    """Weekly hours."""

    weekday = fields.Integer(required=True)
    start = fields.Integer(required=True)
    end = fields.Integer(required=True)
    weeks = fields.Integer(required=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True)


class ResourceOut(ResourceItemOut):
    """What can be booked, with its weekly hours."""

    hours = fields.List(fields.Nested(HoursOut), required=True)


class ChangeIn(Schema):
    """Days (both within) on which it is open, or closed, besides its weekly hours."""

    opens = fields.Boolean(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    start = _minutes(0, 1439, load_default=0)
    end = _minutes(1, 1440, load_default=1440)
    note = fields.String(load_default="", validate=validate.Length(max=200))


class ChangeOut(Schema):
    """An exception to the weekly hours."""

    id = fields.UUID(required=True)
    opens = fields.Boolean(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    start = fields.Integer(required=True)
    end = fields.Integer(required=True)
    note = fields.String(required=True)


class AvailabilityQuery(Schema):
    """Of what, and on which local days (both within)."""

    ref = fields.String(required=True, validate=REF)
    since = fields.Date(required=True)
    until = fields.Date(required=True)


class SlotOut(Schema):
    """A time that can be booked, so many times."""

    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    left = fields.Integer(required=True)


class AvailabilityOut(Schema):
    """The times that can be booked, in their order."""

    timezone = fields.String(required=True)
    duration = fields.Integer(required=True)
    items = fields.List(fields.Nested(SlotOut), required=True)


class BookingIn(Schema):
    """What to book and when; `hold` keeps the time for a while before one decides."""

    ref = fields.String(required=True, validate=REF)
    starts_at = fields.DateTime(required=True)
    hold = fields.Boolean(load_default=False)
    note = fields.String(load_default="", validate=validate.Length(max=1000))


class BookingsQuery(Schema):
    """Which bookings to list; `as` is whose eyes they are seen with."""

    as_ = fields.String(
        data_key="as",
        load_default="customer",
        validate=validate.OneOf(["customer", "provider", "operator"]),
    )
    status = fields.String(load_default=None, validate=validate.OneOf(STATUSES))
    since = fields.DateTime(load_default=None)
    until = fields.DateTime(load_default=None)


class PersonOut(Schema):
    """A person, as their privacy settings show them."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    avatar_url = fields.String(required=True)
    deleted = fields.Boolean(required=True)


class BookingItemOut(Schema):
    """A booking; `allowed` are the transitions the caller may take it through now.

    One with a `payment_url` is booked by paying there until `held_until`.
    """

    id = fields.UUID(required=True)
    ref = fields.String(required=True)
    title = fields.String(required=True)
    customer = fields.Nested(PersonOut, required=True, allow_none=True)
    provider = fields.Nested(PersonOut, required=True, allow_none=True)
    scope = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    timezone = fields.String(required=True)
    held_until = fields.DateTime(required=True, allow_none=True)
    cancellable_until = fields.DateTime(required=True)
    price = MoneyField(required=True, allow_none=True)
    payment_url = fields.String(required=True, allow_none=True)
    allowed = fields.List(fields.String(), required=True)
    version = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)


class StepOut(Schema):
    """A change of a booking."""

    transition = fields.String(required=True)
    was = fields.String(required=True)
    status = fields.String(required=True)
    party = fields.String(required=True)
    reason = fields.String(required=True)
    starts_at = fields.DateTime(required=True)
    created_at = fields.DateTime(required=True)


class BookingOut(BookingItemOut):
    """A booking with its history."""

    note = fields.String(required=True)
    history = fields.List(fields.Nested(StepOut), required=True)


class ReasonIn(Schema):
    """Why; the other party reads it."""

    reason = fields.String(load_default="", validate=validate.Length(max=500))


class RescheduleIn(ReasonIn):
    """The new time."""

    starts_at = fields.DateTime(required=True)


class PlacedOut(Schema):
    """A new booking, as its parties' sockets are told."""

    booking_id = fields.UUID(required=True)
    ref = fields.String(required=True)
    customer_id = fields.UUID(required=True)
    provider_id = fields.UUID(required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    status = fields.String(required=True)


class StatusOut(Schema):
    """A change of status, as sockets are told."""

    booking_id = fields.UUID(required=True)
    customer_id = fields.UUID(required=True)
    provider_id = fields.UUID(required=True)
    was = fields.String(required=True)
    status = fields.String(required=True)
    party = fields.String(required=True)


class MovedOut(Schema):
    """A booking at another time, as sockets are told."""

    booking_id = fields.UUID(required=True)
    customer_id = fields.UUID(required=True)
    provider_id = fields.UUID(required=True)
    was_at = fields.DateTime(required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    status = fields.String(required=True)
    party = fields.String(required=True)


class FeedIn(Schema):
    """Which bookings: all of one's own, or those of a resource of one's own."""

    resource_id = fields.UUID(load_default=None, allow_none=True)


class FeedOut(Schema):
    """A calendar feed."""

    id = fields.UUID(required=True)
    resource_id = fields.UUID(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class FeedMadeOut(FeedOut):
    """A calendar feed with its address, which is shown this once."""

    url = fields.String(required=True)
