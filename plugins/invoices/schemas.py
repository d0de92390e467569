"""What requests about invoices take and responses show."""

from __future__ import annotations

from typing import Any, Final

from marshmallow.validate import Length, OneOf, Regexp

from kernel import MoneyField, Schema, fields

REF: Final = Regexp(r"[a-z][a-z0-9_]*:[A-Za-z0-9][A-Za-z0-9._-]*\Z", error="A ref reads kind:id.")
LINES: Final = Regexp(r"[^\x00-\x09\x0b-\x1f\x7f]*\Z", error="Write it without control characters.")
KINDS: Final = ("invoice", "credit_note")
PARTIES: Final = ("buyer", "seller", "operator")


def _text(longest: int, **kwargs: Any) -> fields.String:
    return fields.String(validate=[Length(max=longest), LINES], **kwargs)


class RefIn(Schema):
    """What was sold."""

    ref = fields.String(
        required=True,
        validate=[Length(max=120), REF],
        metadata={"description": "`order:<id>`, `booking:<id>`", "example": "order:0190c2a6"},
    )


class ProfileIn(Schema):
    """Under which name and address one buys and sells."""

    name = _text(120, required=True, metadata={"description": "Empty: the account's name."})
    address = _text(500, load_default="", metadata={"description": "Lines of an address."})
    tax_id = _text(60, load_default="", metadata={"description": "Such as a VAT number or GSTIN."})


class ProfileOut(Schema):
    """Under which name and address one buys and sells."""

    name = fields.String(required=True)
    address = fields.String(required=True)
    tax_id = fields.String(required=True)


class InvoicesQuery(Schema):
    """Filters of invoices."""

    as_ = fields.String(
        data_key="as",
        load_default="buyer",
        validate=OneOf(PARTIES),
        metadata={"description": "What one bought, sold, or keeps the books of (`invoices:read`)."},
    )
    kind = fields.String(validate=OneOf(KINDS))
    ref = fields.String(validate=[Length(max=120), REF])
    scope = fields.String(validate=[Length(max=120), REF])


class PartyOut(ProfileOut):
    """A party, as the document names it."""

    id = fields.UUID(required=True)


class LineOut(Schema):
    """A line of an invoice."""

    title = fields.String(required=True)
    quantity = fields.Integer(required=True)
    unit_price = MoneyField(required=True)
    amount = MoneyField(required=True)


class AdjustmentOut(Schema):
    """What is added to the prices, or taken off them."""

    label = fields.String(required=True)
    amount = MoneyField(required=True)


class InvoiceItemOut(Schema):
    """A document among others."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"description": "`invoice` or `credit_note`."})
    number = fields.String(required=True)
    ref = fields.String(required=True, metadata={"description": "What was sold."})
    seller_id = fields.UUID(required=True)
    buyer_id = fields.UUID(required=True)
    scope = fields.String(required=True, allow_none=True)
    total = MoneyField(required=True, metadata={"description": "Of a credit note: what is credited."})
    corrects_id = fields.UUID(required=True, allow_none=True)
    issued_at = fields.DateTime(required=True)


class InvoiceOut(InvoiceItemOut):
    """A document with what stands on it, as it was issued."""

    seller = fields.Nested(PartyOut, required=True)
    buyer = fields.Nested(PartyOut, required=True)
    order_number = fields.String(required=True)
    paid_at = fields.String(
        required=True,
        allow_none=True,
        metadata={"format": "date-time", "description": "Null: it was unpaid when it was issued."},
    )
    lines = fields.List(fields.Nested(LineOut), required=True)
    adjustments = fields.List(fields.Nested(AdjustmentOut), required=True)
