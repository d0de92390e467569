"""Tables of orders."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import JSONField, Model, TimestampField, Versioned


class Order(Versioned):
    """What one buyer buys of one seller in one checkout; amounts are minor units of `currency`.

    `number`, parties, amounts, `adjustments` and the lines never change; the
    status and what follows from it do. An empty `scope` means everybody's. At
    `due_at` an order takes its next step by itself: a pending one is cancelled,
    a confirmed one completed. `payment_due` keeps it from being confirmed unpaid.
    Since `restocked_at` its goods are back in stock: they go back once.
    """

    number = peewee.TextField()
    checkout_id = peewee.UUIDField()
    buyer_id = peewee.UUIDField()
    seller_id = peewee.UUIDField()
    scope = peewee.TextField()
    status = peewee.TextField()
    currency = peewee.FixedCharField(max_length=3)  # type: ignore[call-overload]  # the stubs lack it
    subtotal = peewee.BigIntegerField()
    total = peewee.BigIntegerField()
    commission = peewee.BigIntegerField()
    adjustments = JSONField(index=False)
    note = peewee.TextField()
    payment_due = peewee.BooleanField()
    payment_url = peewee.TextField()
    due_at = TimestampField(null=True)
    confirmed_at = TimestampField(null=True)
    completed_at = TimestampField(null=True)
    cancelled_at = TimestampField(null=True)
    restocked_at = TimestampField(null=True)

    class Meta:
        table_name = "orders_order"


class Line(Model):
    """A line of an order as it was when it was placed; never changed. `commission_rate_bp`: basis points."""

    order = peewee.ForeignKeyField(Order, on_delete="CASCADE", index=False)
    position = peewee.IntegerField()
    ref = peewee.TextField()
    title = peewee.TextField()
    quantity = peewee.IntegerField()
    unit_amount = peewee.BigIntegerField()
    amount = peewee.BigIntegerField()
    commission = peewee.BigIntegerField()
    commission_rate_bp = peewee.IntegerField()
    commission_rule = peewee.TextField()
    snapshot = JSONField(index=False)

    class Meta:
        table_name = "orders_line"


class Step(Model):
    """A change of status: who, as which party, why; `was` is empty at placement."""

    order = peewee.ForeignKeyField(Order, on_delete="CASCADE", index=False)
    transition = peewee.TextField()
    was = peewee.TextField()
    status = peewee.TextField()
    party = peewee.TextField()
    actor_id = peewee.UUIDField(null=True)
    reason = peewee.TextField()

    class Meta:
        table_name = "orders_step"


INDEXES: Final = (
    (Order, "UNIQUE INDEX orders_order_number ON orders_order (number)"),
    (Order, "INDEX orders_order_buyer ON orders_order (buyer_id, id DESC)"),
    (Order, "INDEX orders_order_seller ON orders_order (seller_id, id DESC)"),
    (Order, "INDEX orders_order_seller_status ON orders_order (seller_id, status, id DESC)"),
    (Order, "INDEX orders_order_buyer_status ON orders_order (buyer_id, status, id DESC)"),
    (Order, "INDEX orders_order_status ON orders_order (status, id DESC)"),
    (Order, "INDEX orders_order_scope ON orders_order (scope, id DESC)"),
    (Order, "INDEX orders_order_checkout ON orders_order (checkout_id)"),
    (Order, "INDEX orders_order_due ON orders_order (due_at, id) WHERE due_at IS NOT NULL"),
    (Line, "UNIQUE INDEX orders_line_position ON orders_line (order_id, position)"),
    (Line, "INDEX orders_line_ref ON orders_line (ref, id DESC)"),
    (Step, "INDEX orders_step_order ON orders_step (order_id, id)"),
    (Step, "INDEX orders_step_actor ON orders_step (actor_id) WHERE actor_id IS NOT NULL"),
)
for _model, _definition in INDEXES:
    _model.add_index(peewee.SQL(f"CREATE {_definition}"))

MODELS: Final = (Order, Line, Step)
