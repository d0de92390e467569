"""What is stored about a person: hand it over, or erase it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import app
from plugins.payments import queries
from plugins.payments.models import Customer, Entry, Method, Payment, Payout

_HIDDEN = ("client", "intent", "version")


def export(user_id: UUID) -> dict[str, Any]:
    """Return somebody's balances, payments, payouts, methods and the lines of their statement."""
    paid = Payment.select().where(Payment.payer_id == user_id).order_by(Payment.id)
    sent = Payout.select().where(Payout.owner_id == user_id).order_by(Payout.id)
    kept = Method.select(Method.gateway, Method.use, Method.label, Method.consent, Method.consented_at).where(
        Method.owner_id == user_id
    )
    known = Customer.select(Customer.gateway, Customer.ref).where(Customer.owner_id == user_id)
    lines = Entry.select(Entry.created_at, Entry.account_kind, Entry.amount, Entry.currency)
    return {
        **queries.balances(user_id),
        "payments": [
            {name: value for name, value in row.__data__.items() if name not in _HIDDEN} for row in paid
        ],
        "payouts": [row.__data__ for row in sent],
        "methods": list(kept.dicts()),
        "customers": list(known.dicts()),
        "entries": list(lines.where(Entry.party_id == user_id).order_by(Entry.id).dicts()),
    }


def erase(user_id: UUID) -> None:
    """Forget how somebody pays, and the texts about it; the books stay, under an id that is nobody's.

    A second time changes nothing.
    """
    Method.delete().where(Method.owner_id == user_id).execute()
    Customer.delete().where(Customer.owner_id == user_id).execute()
    Payment.update(description="", client={}).where(Payment.payer_id == user_id).execute()
    Payout.update(destination="", updated_at=app.clock.now()).where(Payout.owner_id == user_id).execute()
