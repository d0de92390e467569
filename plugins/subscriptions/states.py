"""The states of a subscription, and what leads from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from plugins.subscriptions.problems import SubscriptionStatus

Status = Literal["PENDING", "TRIALING", "ACTIVE", "PAST_DUE", "CANCELLED", "EXPIRED"]
ENTITLED: Final = ("TRIALING", "ACTIVE", "PAST_DUE")
"""Whose plan holds; a past due one is still being collected."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A change; `target` None keeps the status. `by` says whether a person makes it or the clock."""

    name: str
    sources: tuple[Status, ...]
    target: Status | None
    by: Literal["person", "clock"]


TRANSITIONS: Final = {
    each.name: each
    for each in (
        Transition("pay", ("PENDING", "ACTIVE", "PAST_DUE"), "ACTIVE", "clock"),
        Transition("change", ("TRIALING", "ACTIVE"), None, "person"),
        Transition("cancel", ("TRIALING", "ACTIVE"), None, "person"),
        Transition("resume", ("TRIALING", "ACTIVE"), None, "person"),
        Transition("cancel_now", ("PENDING", "TRIALING", "ACTIVE", "PAST_DUE"), "CANCELLED", "person"),
        Transition("renew", ("TRIALING", "ACTIVE"), "ACTIVE", "clock"),
        Transition("switch", ("TRIALING", "ACTIVE"), None, "clock"),
        Transition("lapse", ("ACTIVE", "PAST_DUE"), "PAST_DUE", "clock"),
        Transition("end", ("TRIALING", "ACTIVE"), "CANCELLED", "clock"),
        Transition("expire", ("PENDING", "ACTIVE", "PAST_DUE"), "EXPIRED", "clock"),
    )
}


def allowed_from(status: str) -> list[str]:
    """Return what a person may do with a subscription of this status."""
    return [each.name for each in TRANSITIONS.values() if status in each.sources and each.by == "person"]


def target_of(name: str, status: str) -> str:
    """Return the status a change leads to; raise SubscriptionStatus naming what is allowed instead."""
    transition = TRANSITIONS[name]
    if status not in transition.sources:
        allowed = allowed_from(status)
        told = ", ".join(allowed) or "nothing"
        raise SubscriptionStatus(
            f"A subscription that is {status} does not {name}; it allows: {told}.",
            subscription_status=status,
            allowed=allowed,
        )
    return transition.target or status
