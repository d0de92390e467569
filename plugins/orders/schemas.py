"""What requests about orders take and responses show."""

from __future__ import annotations

from typing import Any, Final

from marshmallow.validate import Length, OneOf, Range, Regexp

from kernel import MoneyField, Schema, fields

REF: Final = Regexp(r"[a-z][a-z0-9_]*:[A-Za-z0-9][A-Za-z0-9._-]*\Z", error="A ref reads kind:id.")
STATUS: Final = Regexp(r"[A-Z][A-Z_]*\Z", error="A status reads like CONFIRMED.")
SCOPE: Final = Regexp(r"[a-z][a-z0-9_]*:[A-Za-z0-9][A-Za-z0-9._-]*\Z", error="A scope reads kind:id.")
PARTIES: Final = ("buyer", "seller", "operator")
NO_NUL: Final = Regexp(r"[^\x00]*\Z", error="Write it without NUL characters.")


def _text(longest: int, **kwargs: Any) -> fields.String:
    return fields.String(validate=[Length(max=longest), NO_NUL], **kwargs)


class LineIn(Schema):
    """What is wanted, and how much of it."""

    ref = fields.String(
        required=True,
        validate=[Length(max=120), REF],
        metadata={"description": "`<kind>:<id>`", "example": "listing:0190c2a6-5f0e-7c1b-9d53-0e6a3f1a7b10"},
    )
    quantity = fields.Integer(load_default=1, bits=32, validate=Range(min=1, max=1_000_000))


class OrderIn(Schema):
    """A checkout."""

    lines = fields.List(fields.Nested(LineIn), required=True, validate=Length(min=1, max=200))
    note = _text(2000, load_default="", metadata={"description": "For the sellers."})


class ReasonIn(Schema):
    """Why; both parties read it."""

    reason = _text(500, load_default="")


class CancelIn(Schema):
    """Why an order is cancelled; both parties read it."""

    reason = fields.String(required=True, validate=[Length(min=1, max=500), NO_NUL])


class StatusIn(ReasonIn):
    """The status an order is to have."""

    status = fields.String(
        required=True, validate=[Length(max=40), STATUS], metadata={"example": "CONFIRMED"}
    )
    restock = fields.Boolean(
        load_default=None,
        metadata={
            "description": "With a refund: whether the goods go back into stock; else as `[orders] restock`."
        },
    )


class OrdersQuery(Schema):
    """Filters of one's orders."""

    as_ = fields.String(
        data_key="as",
        load_default="buyer",
        validate=OneOf(PARTIES),
        metadata={"description": "What one bought, sold, or looks after (`orders:view`, `orders:manage`)."},
    )
    status = fields.String(validate=[Length(max=40), STATUS])
    scope = fields.String(validate=[Length(max=120), SCOPE])
    checkout = fields.UUID()
    number = _text(60)
    placed_after = fields.DateTime()
    placed_before = fields.DateTime()


class LineItemOut(Schema):
    """A line of an order."""

    id = fields.UUID(required=True)
    position = fields.Integer(required=True)
    ref = fields.String(required=True)
    title = fields.String(required=True)
    quantity = fields.Integer(required=True)
    unit_price = MoneyField(required=True)
    amount = MoneyField(required=True)


class CommissionOut(Schema):
    """The platform's part of a line, frozen."""

    rate_bp = fields.Integer(required=True, metadata={"description": "Basis points: 250 is 2.5 %."})
    amount = MoneyField(required=True)
    rule = fields.String(required=True)


class LineOut(LineItemOut):
    """A line of an order with what was ordered, as it was then."""

    snapshot = fields.Dict(keys=fields.String(), required=True)
    commission = fields.Nested(
        CommissionOut, required=True, allow_none=True, metadata={"description": "Null for the buyer."}
    )


class AdjustmentOut(Schema):
    """What is added to the prices, or taken off them."""

    kind = fields.String(required=True)
    label = fields.String(required=True)
    line = fields.Integer(required=True, allow_none=True, metadata={"description": "Null: of the order."})
    amount = MoneyField(required=True)


class PaymentOut(Schema):
    """Where an order is paid, while it waits for that."""

    url = fields.String(required=True)
    due_at = fields.DateTime(required=True, allow_none=True)


class OrderItemOut(Schema):
    """An order among others."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    checkout_id = fields.UUID(required=True)
    buyer_id = fields.UUID(required=True)
    seller_id = fields.UUID(required=True)
    scope = fields.String(required=True, allow_none=True)
    status = fields.String(required=True)
    total = MoneyField(required=True)
    lines = fields.List(fields.Nested(LineItemOut), required=True)
    payment_due = fields.Boolean(required=True)
    placed_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class OrderOut(OrderItemOut):
    """An order, whole."""

    subtotal = MoneyField(required=True)
    adjustments = fields.List(fields.Nested(AdjustmentOut), required=True)
    commission = MoneyField(
        required=True,
        allow_none=True,
        metadata={"description": "The platform's part; null for the buyer."},
    )
    lines = fields.List(fields.Nested(LineOut), required=True)
    note = fields.String(required=True)
    payment = fields.Nested(PaymentOut, required=True, allow_none=True)
    due_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When it takes its next step by itself."}
    )
    confirmed_at = fields.DateTime(required=True, allow_none=True)
    completed_at = fields.DateTime(required=True, allow_none=True)
    cancelled_at = fields.DateTime(required=True, allow_none=True)
    restocked_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When its goods went back into stock."}
    )
    allowed = fields.List(
        fields.String(), required=True, metadata={"description": "The transitions the caller may take."}
    )
    until = fields.Dict(
        keys=fields.String(),
        values=fields.DateTime(),
        required=True,
        metadata={"description": "Of what is allowed and has an end: when that is."},
    )


class CheckoutOut(Schema):
    """A checkout: one order for each seller."""

    checkout_id = fields.UUID(required=True)
    total = MoneyField(required=True)
    orders = fields.List(fields.Nested(OrderOut), required=True)


class StepOut(Schema):
    """A change of status."""

    id = fields.UUID(required=True)
    transition = fields.String(required=True)
    was = fields.String(required=True, allow_none=True)
    status = fields.String(required=True)
    party = fields.String(required=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True)
    at = fields.DateTime(required=True)


class HistoryOut(Schema):
    """How an order came to be what it is, the oldest first."""

    items = fields.List(fields.Nested(StepOut), required=True)


class PlacedOut(Schema):
    """A new order, on a socket."""

    order_id = fields.UUID(required=True)
    checkout_id = fields.UUID(required=True)
    number = fields.String(required=True)
    buyer_id = fields.UUID(required=True)
    seller_id = fields.UUID(required=True)
    total = MoneyField(required=True)
    payment_due = fields.Boolean(required=True)


class StatusOut(Schema):
    """A change of status, on a socket."""

    order_id = fields.UUID(required=True)
    number = fields.String(required=True)
    was = fields.String(required=True)
    status = fields.String(required=True)
    transition = fields.String(required=True)
    by = fields.String(required=True)
    version = fields.Integer(required=True)
