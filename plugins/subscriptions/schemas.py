"""What requests about subscriptions take and responses show."""

from __future__ import annotations

from typing import Any, Final, get_args

from marshmallow.validate import Length, OneOf, Regexp

from kernel import MoneyField, Schema, fields
from plugins.subscriptions.plans import INTERVALS
from plugins.subscriptions.states import Status

NAME: Final = Regexp(r"[A-Za-z][A-Za-z0-9_]*\Z", error="A plan's name reads like STANDARD.")


def _interval(**kwargs: Any) -> fields.String:
    return fields.String(validate=OneOf(tuple(INTERVALS)), **kwargs)


class SubscriptionIn(Schema):
    """Which plan, and how often it is paid."""

    plan = fields.String(required=True, validate=[Length(max=60), NAME], metadata={"example": "STANDARD"})
    interval = _interval(load_default="month")


class CancelIn(Schema):
    """When it is to end."""

    at_once = fields.Boolean(
        load_default=False, metadata={"description": "Now, without money back, and not with the period."}
    )


class ListQuery(Schema):
    """Whose subscriptions."""

    user = fields.UUID(metadata={"description": "Somebody else's, for managers."})


class AllQuery(Schema):
    """Which subscriptions of everybody's."""

    status = fields.String(validate=OneOf(get_args(Status)))
    plan = fields.String(validate=Length(max=60))


class PlanOut(Schema):
    """A plan."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    limits = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "The most of a meter; one that is not here is not limited."},
    )
    features = fields.List(fields.String(), required=True)
    prices = fields.Dict(
        keys=fields.String(),
        values=MoneyField(),
        required=True,
        metadata={"description": "By interval, `month` and `year`; empty for the plan everybody has."},
    )
    trial_days = fields.Integer(required=True)


class PlansOut(Schema):
    """The plans, from the least to the most."""

    items = fields.List(fields.Nested(PlanOut), required=True)


class UsageOut(Schema):
    """How much of something is used."""

    meter = fields.String(required=True)
    title = fields.String(required=True)
    used = fields.Integer(required=True)
    limit = fields.Integer(required=True, allow_none=True, metadata={"description": "Null: no limit."})


class CurrentOut(Schema):
    """What somebody's plan is now, and how much of it is used."""

    plan = fields.String(required=True)
    title = fields.String(required=True)
    features = fields.List(fields.String(), required=True)
    usage = fields.List(fields.Nested(UsageOut), required=True)
    subscription_id = fields.UUID(required=True, allow_none=True)


class ChargeOut(Schema):
    """What is or was to be paid."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"description": "`period`, or `upgrade` for its rest."})
    plan = fields.String(required=True)
    amount = MoneyField(required=True)
    period_start = fields.DateTime(required=True)
    period_end = fields.DateTime(required=True)
    status = fields.String(required=True, metadata={"description": "OPEN, PAID or VOID."})
    url = fields.String(required=True, allow_none=True, metadata={"description": "Where it is paid."})
    created_at = fields.DateTime(required=True)
    paid_at = fields.DateTime(required=True, allow_none=True)


class SubscriptionItemOut(Schema):
    """A subscription among others."""

    id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    plan = fields.String(required=True)
    interval = fields.String(required=True)
    status = fields.String(required=True)
    price = MoneyField(required=True, metadata={"description": "Of a whole period."})
    period_start = fields.DateTime(required=True)
    period_end = fields.DateTime(required=True)
    next_plan = fields.String(
        required=True, allow_none=True, metadata={"description": "What takes over at `period_end`."}
    )
    next_interval = fields.String(required=True, allow_none=True)
    cancel_at_period_end = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class SubscriptionOut(SubscriptionItemOut):
    """A subscription, and what is to be paid for it."""

    due = fields.Nested(ChargeOut, required=True, allow_none=True)
    allowed = fields.List(
        fields.String(), required=True, metadata={"description": "What its status allows now."}
    )


class ChangeOut(Schema):
    """A change of a subscription."""

    name = fields.String(required=True)
    was = fields.String(required=True)
    status = fields.String(required=True)
    plan = fields.String(required=True)
    actor_id = fields.UUID(required=True, allow_none=True, metadata={"description": "Null: the clock."})
    at = fields.DateTime(required=True)
