"""What those who look after everybody's money ask for, and get."""

from __future__ import annotations

from marshmallow.validate import OneOf

from kernel import MoneyField, Schema, fields
from plugins.payments.schemas.requests import EscrowsQuery, PaymentsQuery, TransactionsQuery


class AllPaymentsQuery(PaymentsQuery):
    """Filters of everybody's payments."""

    payer_id = fields.UUID()


class AllEscrowsQuery(EscrowsQuery):
    """Filters of everybody's escrows."""

    class Meta:
        exclude = ("role",)


class EntriesQuery(TransactionsQuery):
    """Filters of the ledger."""

    account_kind = fields.String(
        validate=OneOf(("wallet", "escrow", "clearing", "commission", "fees", "payouts"))
    )


class EntryOut(Schema):
    """An entry of the ledger."""

    id = fields.UUID(required=True)
    account = fields.String(required=True)
    party_id = fields.UUID(required=True, allow_none=True, metadata={"description": "Whose account it is."})
    kind = fields.String(required=True)
    amount = MoneyField(required=True, metadata={"description": "Negative: it left the account."})
    balance = MoneyField(required=True, metadata={"description": "Of the account after it."})
    payment_id = fields.UUID(required=True, allow_none=True)
    payout_id = fields.UUID(required=True, allow_none=True)
    description = fields.String(required=True)
    created_at = fields.DateTime(required=True)


class AccountsOut(Schema):
    """All accounts of a kind together."""

    kind = fields.String(required=True)
    balance = MoneyField(required=True)


class TrialOut(Schema):
    """The trial balance in one currency."""

    currency = fields.String(required=True)
    balanced = fields.Boolean(required=True)
    sum = MoneyField(required=True, metadata={"description": "Of all balances: nothing, if all is well."})
    differing_accounts = fields.Integer(required=True)
    negative_balances = fields.Integer(required=True)
    unbalanced_movements = fields.Integer(required=True)
    accounts = fields.List(fields.Nested(AccountsOut), required=True)


class TrialBalanceOut(Schema):
    """Whether everything holds that must hold of the ledger."""

    counted_at = fields.DateTime(required=True)
    balanced = fields.Boolean(required=True)
    currencies = fields.List(fields.Nested(TrialOut), required=True)
