"""The read paths."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import ALL, NotFound, Page, Principal, app, paginate
from plugins.payments.models import Account, Entry, Method, Movement, Operation, Payment, Payout, Split
from plugins.payments.permissions import READ
from plugins.payments.services.failures import WAITING
from plugins.payments.services.rows import history_of, splits_of
from plugins.payments.states import PAYMENT, PAYOUT, allowed_from

_ACCOUNTS: Final = {"wallet": "wallet", "escrow": "escrow", "clearing": "external", "payouts": "external"}


def payments(caller: UUID, query: dict[str, Any]) -> Any:
    """Return a page of the payments somebody makes, the latest first."""
    found = Payment.select().where(Payment.payer_id == caller)
    for name in ("status", "ref"):
        if query.get(name):
            found = found.where(getattr(Payment, name) == query[name])
    return _page(found, Payment, query, shown)


def payment(payment_id: UUID, caller: Principal) -> dict[str, Any]:
    """Return a payment for its payer, a payee, or who may see all; raise NotFound."""
    found = Payment.get_or_none(Payment.id == payment_id)
    if found is None:
        raise NotFound
    splits = splits_of(found)
    if not (sees_all(caller) or caller.id in {found.payer_id, *(one.payee_id for one in splits)}):
        raise NotFound
    return {
        **shown(found, for_payer=caller.id == found.payer_id),
        "splits": [
            {
                "payee_id": one.payee_id,
                "amount": _money(one.amount, one.currency),
                "escrow_id": one.id if one.escrow else None,
            }
            for one in splits
        ],
        "history": [each.__data__ for each in history_of(found.id)],
    }


def shown(row: Payment, *, for_payer: bool = True) -> dict[str, Any]:
    """Return a payment as the API has it; what pays it is its payer's alone."""
    return {
        **_with_money(row, "amount", "refunded"),
        "gateway": row.source,
        "client": row.client if for_payer else {},
        "allowed": allowed_from(PAYMENT, row.status),
    }


def refunds(payment_id: UUID, caller: Principal, query: dict[str, Any]) -> Any:
    """Return a page of a payment's refunds; raise NotFound."""
    payment(payment_id, caller)
    found = Operation.select().where(Operation.payment_id == payment_id, Operation.kind == "refund")
    return _page(found, Operation, query, refund_shown)


def failed_refunds(query: dict[str, Any]) -> Any:
    """Return a page of refunds that failed and that nobody has decided about since, everybody's.

    What was tried again is not there, nor what was released to its payees instead. Money that came
    for what was not to be paid any more, and could not be sent back, is (`stray`).
    """
    return _page(Operation.select().where(WAITING), Operation, query, failed_refund_shown)


def failed_refund_shown(row: Operation) -> dict[str, Any]:
    """Return a refund that failed as treasurers see it."""
    return {**refund_shown(row), "kind": row.kind, "actor": row.actor}


def refund_shown(row: Operation) -> dict[str, Any]:
    """Return a refund as the API has it."""
    return {**_with_money(row, "amount"), "failure": row.error if row.state == "FAILED" else ""}


def escrows(caller: UUID, query: dict[str, Any]) -> Any:
    """Return a page of the escrows somebody paid into (`role` payer) or gets (payee)."""
    mine = Split.payer_id if query["role"] == "payer" else Split.payee_id
    found = Split.select().where(mine == caller, Split.escrow, Split.state != "PENDING")
    if query.get("state"):
        found = found.where(Split.state == query["state"])
    return _page(found, Split, query, escrow_shown)


def escrow(escrow_id: UUID, caller: Principal) -> dict[str, Any]:
    """Return an escrow for both sides and who may see all; raise NotFound."""
    found = Split.get_or_none(Split.id == escrow_id, Split.escrow, Split.state != "PENDING")
    if found is None or not (sees_all(caller) or caller.id in (found.payer_id, found.payee_id)):
        raise NotFound
    return {**escrow_shown(found), "history": [each.__data__ for each in history_of(found.id)]}


def escrow_shown(row: Split) -> dict[str, Any]:
    """Return an escrow as the API has it."""
    held = row.amount - row.refunded if row.state == "HELD" else 0
    shown = _with_money(row, "amount", "commission", "refunded")
    return {**shown, "held": _money(held, row.currency)}


def balances(owner_id: UUID) -> dict[str, Any]:
    """Return somebody's balances, and what is held for them, by currency."""
    held = (
        "SELECT currency, sum(amount - refunded)::bigint FROM payments_split"
        " WHERE payee_id = %s AND state = 'HELD' GROUP BY currency"
    )
    waiting = {code: int(amount) for code, amount in app.db.rows(held, (owner_id,))}
    mine = Account.select(Account.currency, Account.balance).where(
        Account.owner_id == owner_id, Account.kind == "wallet"
    )
    free = {row.currency: int(row.balance) for row in mine}
    codes = sorted(free.keys() | waiting.keys())
    return {
        "balances": [
            {
                "currency": code,
                "available": _money(free.get(code, 0), code),
                "held": _money(waiting.get(code, 0), code),
            }
            for code in codes
        ]
    }


def transactions(owner_id: UUID, query: dict[str, Any], *, wallet_only: bool = False) -> Any:
    """Return a page of what moved somebody's money, the latest first."""
    found = (
        Entry.select(
            Entry.id, Entry.account_kind, Entry.currency, Entry.amount, Entry.balance, Entry.created_at,
            Movement.kind, Movement.payment_id, Movement.payout_id, Movement.description,
        )
        .join(Movement)
        .where(Entry.party_id == owner_id)
        .objects()
    )  # fmt: skip
    if wallet_only:
        found = found.where(Entry.account_kind == "wallet")
    if query.get("currency"):
        found = found.where(Entry.currency == query["currency"])
    return _page(found, Entry, query, _line)


def _line(row: Any) -> dict[str, Any]:
    account = _ACCOUNTS.get(row.account_kind, "external")
    return {
        "id": row.id, "account": account, "kind": row.kind, "amount": _money(row.amount, row.currency),
        "balance": _money(row.balance, row.currency) if account == "wallet" else None,
        "payment_id": row.payment_id,
        "payout_id": row.payout_id, "description": row.description, "created_at": row.created_at,
    }  # fmt: skip


def payouts(caller: UUID, query: dict[str, Any]) -> Any:
    """Return a page of somebody's payouts."""
    found = Payout.select().where(Payout.owner_id == caller)
    if query.get("status"):
        found = found.where(Payout.status == query["status"])
    return _page(found, Payout, query, payout_shown)


def waiting_payouts(query: dict[str, Any]) -> Any:
    """Return a page of everybody's payouts that wait for approval."""
    return _page(Payout.select().where(Payout.status == "REQUESTED"), Payout, query, payout_shown)


def payout(payout_id: UUID, caller: Principal) -> dict[str, Any]:
    """Return a payout for its owner and who may see all; raise NotFound."""
    found = Payout.get_or_none(Payout.id == payout_id)
    if found is None or not (sees_all(caller) or caller.id == found.owner_id):
        raise NotFound
    return {**payout_shown(found), "history": [each.__data__ for each in history_of(found.id)]}


def payout_shown(row: Payout) -> dict[str, Any]:
    """Return a payout as the API has it."""
    return {**_with_money(row, "amount"), "allowed": allowed_from(PAYOUT, row.status)}


def methods(owner_id: UUID, query: dict[str, Any]) -> Any:
    """Return a page of how somebody pays and is paid."""
    return _page(Method.select().where(Method.owner_id == owner_id), Method, query, lambda row: row)


def _money(amount: int, currency: str) -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def _with_money(row: Any, *names: str) -> dict[str, Any]:
    """Return the columns of a row, those that are amounts with their currency."""
    return {**row.__data__, **{name: _money(getattr(row, name), row.currency) for name in names}}


def sees_all(caller: Principal) -> bool:
    """Say whether somebody may see what is others'."""
    return caller.scopes_for(READ) == ALL


def _page(found: Any, model: Any, query: dict[str, Any], show: Any) -> Page[Any]:
    page = paginate(found, (model.id.desc(),), cursor=query["cursor"], limit=query["limit"])
    return Page([show(row) for row in page.items], page.next)
