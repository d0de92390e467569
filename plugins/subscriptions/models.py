"""Tables of subscriptions."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import Model, Table, TimestampField, Versioned


class Subscription(Versioned):
    """Somebody's plan while it lasts; who has none has the first plan.

    `amount` (minor units) is the price of a whole period as it was agreed. The
    period is the `cycle`th (from 0) after `anchor_at`; a trial is before it, -1. At
    `due_at` the clock has something to do; `attempts` counts collections of a
    renewal after the first. `next_plan` (empty: none) takes over at `period_end`.
    """

    user_id = peewee.UUIDField()
    plan = peewee.TextField()
    interval = peewee.TextField()
    status = peewee.TextField()
    amount = peewee.BigIntegerField()
    currency = peewee.FixedCharField(max_length=3)  # type: ignore[call-overload]  # the stubs lack it
    anchor_at = TimestampField()
    cycle = peewee.IntegerField()
    period_start = TimestampField()
    period_end = TimestampField()
    next_plan = peewee.TextField()
    next_interval = peewee.TextField()
    cancel_at_period_end = peewee.BooleanField()
    due_at = TimestampField(null=True)
    attempts = peewee.IntegerField()
    ended_at = TimestampField(null=True)

    class Meta:
        table_name = "subscriptions_subscription"


class Charge(Model):
    """What is to be paid for a period (`period`), or for the rest of one (`upgrade`); never deleted."""

    subscription = peewee.ForeignKeyField(Subscription, on_delete="CASCADE", index=False)
    user_id = peewee.UUIDField()
    kind = peewee.TextField()
    cycle = peewee.IntegerField()
    plan = peewee.TextField()
    amount = peewee.BigIntegerField()
    currency = peewee.FixedCharField(max_length=3)  # type: ignore[call-overload]  # the stubs lack it
    period_start = TimestampField()
    period_end = TimestampField()
    status = peewee.TextField()
    url = peewee.TextField()
    paid_at = TimestampField(null=True)

    class Meta:
        table_name = "subscriptions_charge"


class Change(Model):
    """A change of a subscription: what was done, from which status to which, by whom (None: the clock)."""

    subscription = peewee.ForeignKeyField(Subscription, on_delete="CASCADE", index=False)
    name = peewee.TextField()
    was = peewee.TextField()
    status = peewee.TextField()
    plan = peewee.TextField()
    actor_id = peewee.UUIDField(null=True)

    class Meta:
        table_name = "subscriptions_change"


class Usage(Table):
    """How much of a meter somebody used; its row is the lock of the gate. `since` begins the count."""

    user_id = peewee.UUIDField()
    meter = peewee.TextField()
    used = peewee.BigIntegerField()
    since = TimestampField()

    class Meta:
        table_name = "subscriptions_usage"
        primary_key = peewee.CompositeKey("user_id", "meter")


LIVING: Final = "WHERE ended_at IS NULL"
DUE: Final = "WHERE due_at IS NOT NULL"
PERIOD: Final = "(subscription_id, period_start) WHERE kind = 'period'"
OPEN: Final = "WHERE status = 'OPEN'"
INDEXES: Final = (
    (
        Subscription,
        f"UNIQUE INDEX subscriptions_subscription_living ON subscriptions_subscription (user_id) {LIVING}",
    ),
    (Subscription, "INDEX subscriptions_subscription_user ON subscriptions_subscription (user_id, id DESC)"),
    (Subscription, "INDEX subscriptions_subscription_everybodys ON subscriptions_subscription (status, id)"),
    (Subscription, "INDEX subscriptions_subscription_plan ON subscriptions_subscription (plan, id)"),
    (Subscription, f"INDEX subscriptions_subscription_due ON subscriptions_subscription (due_at, id) {DUE}"),
    (Charge, f"UNIQUE INDEX subscriptions_charge_period ON subscriptions_charge {PERIOD}"),
    (Charge, f"UNIQUE INDEX subscriptions_charge_open ON subscriptions_charge (subscription_id) {OPEN}"),
    (Charge, "INDEX subscriptions_charge_subscription ON subscriptions_charge (subscription_id, id DESC)"),
    (Change, "INDEX subscriptions_change_subscription ON subscriptions_change (subscription_id, id)"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(f"CREATE {_definition}"))

MODELS: Final = (Subscription, Charge, Change, Usage)
