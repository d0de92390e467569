"""Tables of payments: the ledger, and what moves money on it."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import JSONField, Model, Table, TimestampField, uuid7


class Account(Model):
    """An account of the ledger, with its balance as its entries make it.

    The id is derived from what the account is for. Credits are positive: what
    the platform owes a person is a positive balance, what a gateway owes the
    platform a negative one. Balances of people, of escrow, of pending payouts and
    refunds never fall below zero. Busy accounts are spread over `shard`s.
    """

    kind = peewee.TextField()
    owner_id = peewee.UUIDField(null=True)
    gateway = peewee.TextField()
    shard = peewee.IntegerField()
    currency = peewee.FixedCharField(max_length=3)  # type: ignore[call-overload]  # the stubs lack it
    balance = peewee.BigIntegerField()

    class Meta:
        table_name = "payments_account"


class Movement(Table):
    """One transaction of the ledger: entries that sum to zero. Never changed.

    `key` says what it is for ("capture:<payment>"), and that it happens once.
    """

    id = peewee.UUIDField(primary_key=True, default=uuid7)
    kind = peewee.TextField()
    key = peewee.TextField()
    payment_id = peewee.UUIDField(null=True)
    payout_id = peewee.UUIDField(null=True)
    description = peewee.TextField()
    created_at = TimestampField()

    class Meta:
        table_name = "payments_movement"


class Entry(Table):
    """One line of a movement. Never changed.

    `balance` is the account's after it; `party_id` whose statement shows it.
    """

    id = peewee.UUIDField(primary_key=True, default=uuid7)
    movement = peewee.ForeignKeyField(Movement, column_name="movement_id", index=False, on_delete="RESTRICT")
    account = peewee.ForeignKeyField(Account, column_name="account_id", index=False, on_delete="RESTRICT")
    account_kind = peewee.TextField()
    currency = peewee.FixedCharField(max_length=3)  # type: ignore[call-overload]
    amount = peewee.BigIntegerField()
    balance = peewee.BigIntegerField()
    party_id = peewee.UUIDField(null=True)
    created_at = TimestampField()

    class Meta:
        table_name = "payments_entry"


class Payment(Model):
    """Money that one person is to pay for one thing, `ref`, to one or several others.

    `intent` is the gateway's name for it, `client` what the payer's device needs
    to go on. `source` is where the money came from: a gateway, or `wallet`. What is
    `frozen` is not released from escrow by the clock; else it is at `release_at`
    (None: as long after the capture as the setting says). `off_session`: the last
    attempt charged a kept method, with nobody present.
    """

    ref = peewee.TextField()
    purpose = peewee.TextField()
    payer_id = peewee.UUIDField()
    amount = peewee.BigIntegerField()
    currency = peewee.FixedCharField(max_length=3)  # type: ignore[call-overload]
    refunded = peewee.BigIntegerField()
    status = peewee.TextField()
    capture = peewee.TextField()
    escrow = peewee.BooleanField()
    description = peewee.TextField()
    source = peewee.TextField()
    intent = peewee.TextField(null=True)
    client = JSONField(index=False)
    failure = peewee.TextField()
    expires_at = TimestampField(null=True)
    captured_at = TimestampField(null=True)
    frozen = peewee.BooleanField(default=False)
    release_at = TimestampField(null=True)
    off_session = peewee.BooleanField(default=False)
    version = peewee.IntegerField()

    class Meta:
        table_name = "payments_payment"


class Split(Model):
    """What one payee gets of a payment: `amount` less `commission`; with escrow, an escrow.

    `refunded` and `refunded_commission` are the parts of both that went back, or are about to.
    """

    payment_id = peewee.UUIDField()
    payee_id = peewee.UUIDField()
    payer_id = peewee.UUIDField()
    currency = peewee.FixedCharField(max_length=3)  # type: ignore[call-overload]
    amount = peewee.BigIntegerField()
    commission = peewee.BigIntegerField()
    refunded = peewee.BigIntegerField()
    refunded_commission = peewee.BigIntegerField()
    escrow = peewee.BooleanField()
    state = peewee.TextField()

    class Meta:
        table_name = "payments_split"


class Operation(Model):
    """One thing asked of a gateway. Its id is the idempotency key; the row remembers through crashes.

    `parts` says what of which split a refund takes, `data` what the call needs beside. `decided`: a refund
    that failed, and somebody has decided about since (services/failures.py).
    """

    kind = peewee.TextField()
    state = peewee.TextField()
    payment_id = peewee.UUIDField(null=True)
    payout_id = peewee.UUIDField(null=True)
    gateway = peewee.TextField()
    intent = peewee.TextField()
    result_ref = peewee.TextField()
    amount = peewee.BigIntegerField()
    currency = peewee.FixedCharField(max_length=3)  # type: ignore[call-overload]
    parts = JSONField(index=False)
    data = JSONField(index=False)
    reason = peewee.TextField()
    actor = peewee.TextField()
    error = peewee.TextField()
    attempts = peewee.IntegerField()
    due_at = TimestampField()
    decided = peewee.BooleanField(default=False)

    class Meta:
        table_name = "payments_operation"


class Payout(Model):
    """Money on its way from a person's balance to their bank."""

    owner_id = peewee.UUIDField()
    amount = peewee.BigIntegerField()
    currency = peewee.FixedCharField(max_length=3)  # type: ignore[call-overload]
    status = peewee.TextField()
    gateway = peewee.TextField()
    method_id = peewee.UUIDField(null=True)
    destination = peewee.TextField()
    failure = peewee.TextField()

    class Meta:
        table_name = "payments_payout"


class Method(Model):
    """How a person pays or is paid: the gateway's token for it, which is never shown.

    Since `consented_at` it may be charged without them, as they agreed in the words of
    `consent`: by `kept`, the gateway's name for that, which `setup` led to.
    """

    owner_id = peewee.UUIDField()
    gateway = peewee.TextField()
    use = peewee.TextField()
    token = peewee.TextField()
    label = peewee.TextField()
    is_default = peewee.BooleanField()
    kept = peewee.TextField(default="")
    setup = peewee.TextField(default="")
    consent = peewee.TextField(default="")
    consented_at = TimestampField(null=True)

    class Meta:
        table_name = "payments_method"


class Customer(Table):
    """A gateway's customer, by its name there, and the one account whose methods it has."""

    gateway = peewee.TextField()
    ref = peewee.TextField()
    owner_id = peewee.UUIDField()
    created_at = TimestampField()

    class Meta:
        table_name = "payments_customer"
        primary_key = peewee.CompositeKey("gateway", "ref")


class History(Table):
    """A change of status: of what, by whom, why, when."""

    id = peewee.UUIDField(primary_key=True, default=uuid7)
    subject_id = peewee.UUIDField()
    before = peewee.TextField()
    after = peewee.TextField()
    actor = peewee.TextField()
    reason = peewee.TextField()
    at = TimestampField()

    class Meta:
        table_name = "payments_history"


class Webhook(Model):
    """A gateway's word, kept once; `outcome` says what it changed."""

    gateway = peewee.TextField()
    event_id = peewee.TextField()
    type = peewee.TextField()
    payment_id = peewee.UUIDField(null=True)
    outcome = peewee.TextField()

    class Meta:
        table_name = "payments_webhook"


class TestIntent(Table):
    """What the built-in test gateway knows: it stands for an outside system, and has its own memory."""

    id = peewee.TextField(primary_key=True)
    state = JSONField(index=False)

    class Meta:
        table_name = "payments_test_intent"


INDEXES: Final = (
    (Account, "owner (owner_id, currency) WHERE owner_id IS NOT NULL"),
    (Movement, "payment (payment_id) WHERE payment_id IS NOT NULL"),
    (Entry, "movement (movement_id)"),
    (Entry, "account (account_id, id)"),
    (Entry, "party (party_id, id) WHERE party_id IS NOT NULL"),
    (Entry, "kind (account_kind, id)"),
    (Payment, "refs (ref, id)"),
    (Payment, "payer (payer_id, id)"),
    (Payment, "status (payer_id, status, id)"),
    (Payment, "everybodys (status, id)"),
    (Payment, "intent (source, intent) WHERE intent IS NOT NULL"),
    (Payment, "expiry (expires_at) WHERE status IN ('DUE', 'FAILED', 'ACTION_REQUIRED', 'AUTHORISED')"),
    (Split, "payment (payment_id)"),
    (Split, "payee (payee_id, id)"),
    (Split, "payer (payer_id, id)"),
    (Split, "held (id) WHERE state = 'HELD'"),
    (Split, "payer_state (payer_id, state, id) WHERE escrow"),
    (Split, "payee_state (payee_id, state, id) WHERE escrow"),
    (Split, "everybodys (state, id) WHERE escrow"),
    (Split, "waiting (payee_id, currency) INCLUDE (amount, refunded) WHERE state = 'HELD'"),
    (Operation, "due (due_at) WHERE state = 'PENDING'"),
    (Operation, "payment (payment_id, id) WHERE payment_id IS NOT NULL"),
    (Operation, "undecided (id) WHERE state = 'FAILED' AND kind IN ('refund', 'stray') AND NOT decided"),
    (Operation, "result (gateway, result_ref) WHERE result_ref <> ''"),
    (Payout, "owner (owner_id, id)"),
    (Payout, "status (owner_id, status, id)"),
    (Payout, "everybodys (status, id)"),
    (Payout, "waiting (id) WHERE status IN ('REQUESTED', 'APPROVED')"),
    (Method, "owner (owner_id, id)"),
    (History, "subject (subject_id, id)"),
    (Webhook, "age (created_at)"),
)
UNIQUE: Final = (
    (Movement, "once (key)"),
    (Payment, "of_ref (ref) WHERE status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED')"),
    (Operation, "one (payment_id) WHERE state = 'PENDING' AND kind IN ('confirm', 'capture', 'void')"),
    (Operation, "payout (payout_id) WHERE payout_id IS NOT NULL"),
    (Method, "token (owner_id, gateway, use, token)"),
    (Method, "default (owner_id, use) WHERE is_default"),
    (Method, "kept (gateway, kept) WHERE kept <> ''"),
    (Customer, "owner (owner_id, gateway)"),
    (Webhook, "once (gateway, event_id)"),
)
for _kind, _indexes in (("INDEX", INDEXES), ("UNIQUE INDEX", UNIQUE)):
    for _model, _definition in _indexes:
        _name, _of = _definition.split(" ", 1)
        _table = _model._meta.table_name
        _model.add_index(peewee.SQL(f"CREATE {_kind} {_table}_{_name} ON {_table} {_of}"))

MODELS: Final = (
    *(Account, Movement, Entry, Payment, Split, Operation, Payout, Method),
    *(Customer, History, Webhook, TestIntent),
)
