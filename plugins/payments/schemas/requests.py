"""Bodies and queries of the endpoints about money."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import ValidationError
from marshmallow.validate import Length, OneOf, Regexp

from kernel import Money, MoneyField, Schema, fields
from plugins.payments.states import PAYOUT, STATUSES

TOKEN: Final = Regexp(r"[\x21-\x7e]+\Z", error="A token is visible ASCII without spaces.")
LINE: Final = Regexp(r"[^\x00-\x1f\x7f]*\Z", error="Write it in one line, without control characters.")


def _currency(value: str) -> None:
    try:
        Money.zero(value)
    except ValueError as ex:
        raise ValidationError("Not an ISO 4217 currency code such as USD.") from ex


def _token(**kwargs: Any) -> fields.String:
    return fields.String(validate=[Length(min=1, max=255), TOKEN], **kwargs)


def _reason() -> fields.String:
    return fields.String(
        load_default="",
        validate=[Length(max=500), LINE],
        metadata={"description": "For both sides and the history."},
    )


class ConfirmIn(Schema):
    """How to pay."""

    gateway = fields.String(
        load_default="",
        validate=Length(max=30),
        metadata={"description": "One of `GET /v1/payments/gateways`, or `wallet`; empty: the default."},
    )
    method = _token(
        load_default="",
        metadata={"description": "The gateway's token of a card or the like.", "example": "tok_ok"},
    )
    method_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "One kept before."})
    data = fields.Dict(
        keys=fields.String(validate=Length(min=1, max=60)),
        values=fields.String(validate=Length(max=2000)),
        load_default=dict,
        validate=Length(max=20),
        metadata={"description": "What the gateway gave the payer's device to bring back."},
    )


class RefundIn(Schema):
    """What is to go back."""

    amount = MoneyField(
        load_default=None,
        allow_none=True,
        minimum=1,
        metadata={"description": "In the currency it was paid in; null: all that is left."},
    )
    reason = _reason()


class ReasonIn(Schema):
    """Why."""

    reason = _reason()


class TopUpIn(Schema):
    """What is to be paid into one's balance."""

    amount = MoneyField(required=True, minimum=1)


class PayoutIn(Schema):
    """What is to be sent to one's bank."""

    amount = MoneyField(required=True, minimum=1)
    method_id = fields.UUID(required=True, metadata={"description": "A payout method of one's own."})


class MethodIn(Schema):
    """A way to pay or to be paid."""

    gateway = fields.String(load_default="", validate=Length(max=30))
    use = fields.String(load_default="pay", validate=OneOf(("pay", "payout")))
    token = _token(required=True, metadata={"description": "From the gateway; it is never shown again."})
    label = fields.String(
        load_default="",
        validate=[Length(max=80), LINE],
        metadata={"description": "For its owner.", "example": "Visa ending in 4242"},
    )
    is_default = fields.Boolean(load_default=False)


class ConsentIn(Schema):
    """What somebody agreed to."""

    consent = fields.String(
        required=True,
        validate=[Length(min=1, max=500), LINE],
        metadata={
            "description": "The words they were shown; kept with the time.",
            "example": "My card may be charged for renewals until I say otherwise.",
        },
    )


class PaymentsQuery(Schema):
    """Filters of one's payments."""

    status = fields.String(validate=OneOf(STATUSES))
    ref = fields.String(validate=Length(min=1, max=120))


class EscrowsQuery(Schema):
    """Filters of one's escrows."""

    role = fields.String(load_default="payee", validate=OneOf(("payee", "payer")))
    state = fields.String(validate=OneOf(("HELD", "RELEASED", "REFUNDED")))


class TransactionsQuery(Schema):
    """Filters of one's statement."""

    currency = fields.String(validate=_currency)


class PayoutsQuery(Schema):
    """Filters of payouts."""

    status = fields.String(validate=OneOf(("REQUESTED", *PAYOUT)))
