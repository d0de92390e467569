"""The read paths of those who look after everybody's money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernel import Money, Page, app, paginate
from plugins.payments import queries
from plugins.payments.models import Entry, Movement, Payment, Payout, Split
from plugins.payments.services.trial import trial_balance

Query = dict[str, Any]


def payments(query: Query) -> Page[Any]:
    """Return a page of everybody's payments, the latest first."""
    found = _narrowed(Payment, query, "status", "ref", "payer_id")
    return _page(found, Payment, query, lambda row: queries.shown(row, for_payer=False))


def escrows(query: Query) -> Page[Any]:
    """Return a page of everybody's escrows, the latest first."""
    found = _narrowed(Split, query, "state").where(Split.escrow, Split.state != "PENDING")
    return _page(found, Split, query, queries.escrow_shown)


def payouts(query: Query) -> Page[Any]:
    """Return a page of everybody's payouts, the latest first."""
    return _page(_narrowed(Payout, query, "status"), Payout, query, queries.payout_shown)


def entries(query: Query) -> Page[Any]:
    """Return a page of the ledger's entries, the latest first."""
    columns = (Movement.kind, Movement.payment_id, Movement.payout_id, Movement.description)
    found = Entry.select(Entry, *columns).join(Movement).objects()
    for name in ("currency", "account_kind"):
        if query.get(name):
            found = found.where(getattr(Entry, name) == query[name])
    return _page(found, Entry, query, _entry)


def _entry(row: Any) -> dict[str, Any]:
    kept = ("id", "party_id", "kind", "payment_id", "payout_id", "description", "created_at")
    amounts = {name: Money(getattr(row, name), row.currency) for name in ("amount", "balance")}
    return {name: getattr(row, name) for name in kept} | {"account": row.account_kind} | amounts


def trial() -> dict[str, Any]:
    """Return the trial balance as a list of currencies, each with its accounts."""
    found = trial_balance()
    return {
        "counted_at": app.clock.now(),
        "balanced": found["balanced"],
        "currencies": [
            {
                "currency": code,
                **{name: one[name] for name in ("balanced", "unbalanced_movements", "negative_balances")},
                "differing_accounts": one["accounts_differing_from_entries"],
                "sum": Money(one["sum"], code),
                "accounts": [
                    {"kind": kind, "balance": Money(amount, code)} for kind, amount in one["balances"].items()
                ],
            }
            for code, one in found["currencies"].items()
        ],
    }


def _narrowed(model: Any, query: Query, *names: str) -> Any:
    found = model.select()
    for name in names:
        if query.get(name):
            found = found.where(getattr(model, name) == query[name])
    return found


def _page(found: Any, model: Any, query: Query, show: Callable[[Any], Any]) -> Page[Any]:
    page = paginate(found, (model.id.desc(),), cursor=query["cursor"], limit=query["limit"])
    return Page([show(row) for row in page.items], page.next)
