"""What the endpoints about money answer. Amounts are minor units with their currency."""

from __future__ import annotations

from typing import Any

from kernel import MoneyField, Schema, fields


def _amount(text: str = "", *, may_lack: bool = False) -> MoneyField:
    metadata = {"description": text} if text else {}
    return MoneyField(required=True, allow_none=may_lack, metadata=metadata)


def _text(**metadata: Any) -> fields.String:
    return fields.String(required=True, metadata=metadata)


def _id() -> fields.UUID:
    return fields.UUID(required=True)


def _moment(*, may_lack: bool = False) -> fields.DateTime:
    return fields.DateTime(required=True, allow_none=may_lack)


class ChangeOut(Schema):
    """A change of status."""

    before = _text()
    after = _text()
    actor = _text(description="`user:<id>`, `gateway:<name>`, `system`.")
    reason = _text()
    at = _moment()


class PaymentOut(Schema):
    """A payment."""

    id = _id()
    ref = _text(description="What is paid for.")
    purpose = _text(description="`payment` or `topup`.")
    payer_id = _id()
    amount = _amount()
    refunded = _amount("What has gone back.")
    status = _text()
    allowed = fields.List(fields.String(), required=True, metadata={"description": "What it may become."})
    capture = _text(description="`automatic` or `manual`.")
    escrow = fields.Boolean(required=True)
    description = _text()
    gateway = _text(description="By which it is paid; empty until somebody tries.")
    client = fields.Dict(
        required=True, metadata={"description": "What the payer's device needs to go on with the gateway."}
    )
    failure = _text(description="The gateway's code of the last failed attempt.")
    expires_at = _moment(may_lack=True)
    captured_at = _moment(may_lack=True)
    created_at = _moment()
    version = fields.Integer(required=True)


class SplitOut(Schema):
    """What one payee gets of a payment."""

    payee_id = _id()
    amount = _amount("Before the commission.")
    escrow_id = fields.UUID(required=True, allow_none=True)


class PaymentWholeOut(PaymentOut):
    """A payment with its payees and its history."""

    splits = fields.List(fields.Nested(SplitOut), required=True)
    history = fields.List(fields.Nested(ChangeOut), required=True)


class RefundOut(Schema):
    """A refund."""

    id = _id()
    payment_id = _id()
    amount = _amount()
    state = _text(description="PENDING, DONE or FAILED.")
    reason = _text()
    failure = _text()
    created_at = _moment()


class FailedRefundOut(RefundOut):
    """A refund that waits for somebody to decide."""

    kind = _text(description="`refund`, or `stray`: it came for what was not to be paid any more.")
    actor = _text(description="Who wanted it.")


class EscrowOut(Schema):
    """Money held for a payee."""

    id = _id()
    payment_id = _id()
    payer_id = _id()
    payee_id = _id()
    amount = _amount()
    commission = _amount("What the platform gets of it.")
    refunded = _amount("What of it has gone, or goes, back.")
    held = _amount("What is held now.")
    state = _text(description="HELD, RELEASED or REFUNDED.")
    created_at = _moment()


class EscrowWholeOut(EscrowOut):
    """An escrow with its history."""

    history = fields.List(fields.Nested(ChangeOut), required=True)


class BalanceOut(Schema):
    """A balance."""

    currency = _text()
    available = _amount("Free to be spent or paid out.")
    held = _amount("In escrow for one.")


class WalletOut(Schema):
    """One's balances by currency."""

    balances = fields.List(fields.Nested(BalanceOut), required=True)


class TransactionOut(Schema):
    """A line of one's statement."""

    id = _id()
    account = _text(description="`wallet`, `escrow`, or `external`: a card or a bank.")
    kind = _text()
    amount = _amount("Negative: it left.")
    balance = _amount("Of the wallet after it, for its lines.", may_lack=True)
    payment_id = fields.UUID(required=True, allow_none=True)
    payout_id = fields.UUID(required=True, allow_none=True)
    description = _text()
    created_at = _moment()


class PayoutOut(Schema):
    """A payout."""

    id = _id()
    owner_id = _id()
    amount = _amount()
    status = _text()
    allowed = fields.List(fields.String(), required=True)
    gateway = _text()
    destination = _text(description="The label of the method.")
    failure = _text()
    created_at = _moment()


class PayoutWholeOut(PayoutOut):
    """A payout with its history."""

    history = fields.List(fields.Nested(ChangeOut), required=True)


class MethodOut(Schema):
    """A way to pay or to be paid."""

    id = _id()
    gateway = _text()
    use = _text()
    label = _text()
    is_default = fields.Boolean(required=True)
    consented_at = fields.DateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Since when it may be charged without its owner; null: it may not."},
    )
    consent = _text()
    created_at = _moment()


class KeptMethodOut(MethodOut):
    """A way to pay that is to be charged without its owner."""

    client = fields.Dict(
        required=True,
        metadata={"description": "What its owner's device has to confirm first; then ask again."},
    )


class GatewaysOut(Schema):
    """By whom people may pay."""

    gateways = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The first is the default; `wallet` is always."},
    )


class WebhookOut(Schema):
    """What a webhook changed."""

    outcome = _text()
