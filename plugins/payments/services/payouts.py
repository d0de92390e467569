"""Payouts: from a person's balance to their bank."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import NotFound, app, invalid, uuid7
from plugins.payments.events import PayoutPaid, PayoutRequested, PayoutReturned
from plugins.payments.models import Method, Operation, Payout
from plugins.payments.ports import GatewayDeclined, Result
from plugins.payments.services import operations
from plugins.payments.services.ledger import Leg, post, shared, wallet
from plugins.payments.services.operations import Answer
from plugins.payments.services.rows import move_payout, note
from plugins.payments.settings import PaymentsSettings


def request(owner_id: UUID, amount: int, currency: str, method_id: UUID) -> Payout:
    """Take money from a balance and send it, at once or when somebody approved.

    Raises Invalid for a method that is not the owner's, InsufficientFunds.
    """
    method = Method.get_or_none(Method.id == method_id, Method.owner_id == owner_id, Method.use == "payout")
    if method is None:
        raise invalid("/method_id", "There is no such payout method of yours.")
    with app.db.atomic():
        payout = Payout.create(
            id=uuid7(), owner_id=owner_id, amount=amount, currency=currency, status="REQUESTED",
            gateway=method.gateway, method_id=method.id, destination=method.label, failure="",
        )  # fmt: skip
        note(payout.id, "", "REQUESTED", f"user:{owner_id}", "")
        _post(payout, "payout", f"payout:{payout.id}", -1)
        app.bus.publish(PayoutRequested(**_facts(payout)))
        if not app.settings.of(PaymentsSettings).payout_approval:
            _approve(payout, "system", method.token)
        return payout


def approve(payout_id: UUID, actor: str) -> Payout:
    """Have a payout sent; raise PaymentStatus."""
    with app.db.atomic():
        payout = locked(payout_id)
        method = Method.get_or_none(Method.id == payout.method_id)
        _approve(payout, actor, method.token if method else "")
        return payout


def reject(payout_id: UUID, actor: str, reason: str) -> Payout:
    """Put the money back into the balance; raise PaymentStatus."""
    return _returned(payout_id, "REJECTED", actor, reason)


def cancel(payout_id: UUID, owner_id: UUID) -> Payout:
    """Take one's own request back; raise NotFound for another's, PaymentStatus."""
    return _returned(payout_id, "CANCELLED", f"user:{owner_id}", "", owner_id)


def record(operation: Operation, answer: Answer) -> None:
    """Take over what the gateway, or its webhook, said of a payout: a failed one comes back."""
    assert operation.payout_id is not None, "it is about a payout"
    with app.db.atomic():
        payout = locked(operation.payout_id)
        if isinstance(answer, Result) and answer.status == "pending":
            operations.wait(operation, answer.ref)
        elif not operations.close(operation, answer):
            return
        elif isinstance(answer, Result) and answer.status == "done":
            move_payout(payout, "PAID", operation.actor)
            _post(payout, "paid_out", f"paid-out:{payout.id}", 1)
            app.bus.publish(PayoutPaid(**_facts(payout)))
        else:
            _put_back(payout, "FAILED", operation.actor, _why(answer))


def locked(payout_id: UUID, owner_id: UUID | None = None) -> Payout:
    """Return a payout, locked until the transaction ends; raise NotFound."""
    query = Payout.select().where(Payout.id == payout_id)
    query = query.where(Payout.owner_id == owner_id) if owner_id else query
    found: Payout | None = query.for_update().first()
    if found is None:
        raise NotFound
    return found


def _approve(payout: Payout, actor: str, destination: str) -> None:
    move_payout(payout, "APPROVED", actor)
    operations.insert(
        "payout", actor, "", at_once=False, payment_id=None, payout_id=payout.id, gateway=payout.gateway,
        intent="", amount=payout.amount, currency=payout.currency, parts={},
        data={"destination": destination},
    )  # fmt: skip


def _returned(payout_id: UUID, target: str, actor: str, reason: str, owner_id: UUID | None = None) -> Payout:
    with app.db.atomic():
        payout = locked(payout_id, owner_id)
        _put_back(payout, target, actor, reason)
        return payout


def _put_back(payout: Payout, target: str, actor: str, reason: str) -> None:
    move_payout(payout, target, actor, reason, failure=reason)
    _post(payout, "payout_returned", f"payout-returned:{payout.id}", 0)
    app.bus.publish(PayoutReturned(**_facts(payout), status=target))


def _post(payout: Payout, kind: str, key: str, step: int) -> None:
    """Book a step of a payout: asked for (-1), sent (1), back in the balance (0)."""
    balance = wallet(payout.owner_id, payout.currency)
    pending = shared("payouts", payout.currency, payout.id)
    clearing = shared("clearing", payout.currency, payout.id, payout.gateway)
    source, target = {-1: (balance, pending), 1: (pending, clearing), 0: (pending, balance)}[step]
    legs = [
        Leg(source, -payout.amount, payout.owner_id if source is balance else None),
        Leg(target, payout.amount, payout.owner_id if target is balance else None),
    ]
    post(kind, key, legs, payout_id=payout.id, description=payout.destination)


def _facts(payout: Payout) -> dict[str, Any]:
    return {
        "payout_id": payout.id,
        "owner_id": payout.owner_id,
        "amount": payout.amount,
        "currency": payout.currency,
    }


def _why(answer: Answer) -> str:
    if isinstance(answer, GatewayDeclined):
        return answer.code or str(answer)
    return getattr(answer, "failure", "") or "failed"
