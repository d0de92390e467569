"""A stall: goods by ref, and every stage of the pipeline, as the tests write them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kernel import hookimpl
from plugins.orders.api import Adjustment, Commission, Offer, PaymentDemand, Transition


@dataclass
class Rules:
    """What the stall does at each stage; `seen` are the calls that took or gave back goods."""

    goods: dict[str, Offer] = field(default_factory=dict)
    guard: Callable[[Any], None] = lambda draft: None
    adjustments: list[Adjustment] = field(default_factory=list)
    commissions: list[Commission] = field(default_factory=list)
    demand: PaymentDemand | None = None
    refusal: Exception | None = None
    seen: list[tuple[str, ...]] = field(default_factory=list)


rules = Rules()


def forget() -> None:
    """Return to a stall without goods and rules."""
    fresh = Rules()
    for name in vars(fresh):
        setattr(rules, name, getattr(fresh, name))


@hookimpl
def orders_resolve(refs, buyer):
    return {ref: rules.goods[ref] for ref in refs if ref in rules.goods}


@hookimpl
def orders_guard_place(draft):
    rules.guard(draft)


@hookimpl
def orders_adjust(draft):
    return rules.adjustments


@hookimpl
def orders_commission(draft):
    return rules.commissions


@hookimpl
def orders_reserve(draft, lines):
    rules.seen.append(("reserve", *(f"{line.offer.ref}*{line.quantity}" for line in lines)))
    if rules.refusal is not None:
        raise rules.refusal


@hookimpl
def orders_release(order, lines, reason):
    rules.seen.append(("release", order.status, reason, *(f"{line.ref}*{line.quantity}" for line in lines)))


@hookimpl
def orders_confirm(order, lines):
    rules.seen.append(("confirm", order.status, *(f"{line.ref}*{line.quantity}" for line in lines)))
    if rules.refusal is not None:
        raise rules.refusal


@hookimpl
def orders_payment(order):
    return rules.demand


@hookimpl
def orders_states():
    return [
        Transition(
            "dispute", ("CONFIRMED", "COMPLETED"), "DISPUTED", ("buyer",), "Dispute", needs_reason=True
        ),
        Transition("settle", ("DISPUTED",), "COMPLETED", ("operator",), "Settle"),
        Transition("refund", ("DISPUTED",), "REFUNDED", (), "Refund", effect="release"),
    ]
