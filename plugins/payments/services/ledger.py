"""The ledger: movements of money whose entries sum to zero.

Credits are positive: a person's balance is what the platform owes them, and a
gateway's clearing account falls below zero by what the gateway owes the
platform. A movement is one call of the function `payments_post`: it locks the accounts
in the order of their ids (and opens those that are new), moves the balances and writes
the entries. What keeps it true stands in the database: entries that cannot be changed,
a deferred check that each movement sums to zero, and a CHECK on the balances.

    wallet       a person's balance, free to be spent or paid out
    escrow       paid, held until the payee has delivered
    refunds      taken back from payees, on its way to payers
    payouts      taken from balances, on its way to banks
    commission   what the platform earned
    clearing     what a gateway holds for the platform (negative)
    fees         what gateways kept (negative)
    suspense     money that came for what is no longer to be paid, on its way back
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID, uuid5

from peewee import IntegrityError

from kernel import Statement, app, uuid7, violated_constraint
from plugins.payments.problems import InsufficientFunds

Kind = Literal["wallet", "escrow", "refunds", "payouts", "commission", "clearing", "suspense", "fees"]

SHARDS: Final = 16
"""Rows a busy account is spread over, so that payments do not wait for each other."""

_NAMES: Final = UUID("0190f3c2-6c1e-7d5a-9a51-6c6564676572")
_POST: Final = Statement("""
SELECT payments_post(%(now)s, %(id)s::uuid, %(kind)s, %(key)s, %(payment)s::uuid, %(payout)s::uuid,
    %(description)s, %(entries)s::uuid[], %(accounts)s::uuid[], %(kinds)s::text[], %(owners)s::uuid[],
    %(gateways)s::text[], %(shards)s::int[], %(currencies)s::text[], %(amounts)s::bigint[],
    %(parties)s::uuid[])
""")


@dataclass(frozen=True, slots=True)
class AccountName:
    """Which account: of whom, at which gateway, in which currency."""

    kind: Kind
    currency: str
    owner: UUID | None = None
    gateway: str = ""
    shard: int = 0

    @property
    def id(self) -> UUID:
        """The account's id, which follows from its name."""
        return uuid5(_NAMES, f"{self.kind}:{self.owner or self.gateway}:{self.shard}:{self.currency}")


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a movement: `amount` minor units into (negative: out of) an account.

    `party` is whose statement shows it.
    """

    account: AccountName
    amount: int
    party: UUID | None = None


def wallet(owner: UUID, currency: str) -> AccountName:
    """Return a person's balance."""
    return AccountName("wallet", currency, owner=owner)


def shared(kind: Kind, currency: str, of: UUID, gateway: str = "") -> AccountName:
    """Return an account of the platform, the shard of it that serves the thing `of`."""
    return AccountName(kind, currency, gateway=gateway, shard=of.int % SHARDS)


def post(
    kind: str,
    key: str,
    legs: Iterable[Leg],
    *,
    payment_id: UUID | None = None,
    payout_id: UUID | None = None,
    description: str = "",
) -> UUID:
    """Write a movement, in the caller's transaction; return its id.

    `key` names what it is for and is used once: a second movement under it is
    refused by the database. Legs on one account are added up. Raises
    InsufficientFunds when a balance that may not fall below zero would.
    """
    assert app.db.in_transaction(), "a movement commits with what it is for"
    merged = _merged(legs)
    assert sum(leg.amount for leg in merged) == 0, f"{key} does not sum to zero"
    now, movement_id = app.clock.now(), uuid7()
    named = [leg.account for leg in merged]
    parameters = {
        "now": now,
        "id": movement_id,
        "kind": kind,
        "key": key,
        "payment": payment_id,
        "payout": payout_id,
        "description": description,
        "accounts": [str(name.id) for name in named],
        "kinds": [name.kind for name in named],
        "owners": [str(name.owner) if name.owner else None for name in named],
        "gateways": [name.gateway for name in named],
        "shards": [name.shard for name in named],
        "currencies": [name.currency for name in named],
        "entries": [str(uuid7()) for _ in merged],
        "amounts": [leg.amount for leg in merged],
        "parties": [str(leg.party) if leg.party else None for leg in merged],
    }
    try:
        app.db.execute_sql(_POST, parameters)
    except IntegrityError as ex:
        if violated_constraint(ex) == "payments_account_not_negative":
            raise InsufficientFunds("The balance is lower than what is to be taken from it.") from ex
        raise
    return movement_id


def _merged(legs: Iterable[Leg]) -> Sequence[Leg]:
    """Return one leg an account, without those that move nothing."""
    found: dict[AccountName, Leg] = {}
    for leg in legs:
        before = found.get(leg.account)
        found[leg.account] = Leg(leg.account, leg.amount + before.amount, leg.party) if before else leg
    return [leg for leg in found.values() if leg.amount]
