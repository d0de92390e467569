"""The life of an order: which transitions there are, and for whom.

PENDING ──confirm──▶ CONFIRMED ──complete──▶ COMPLETED
   │                     │
   └──────cancel─────────┴──▶ CANCELLED

Other plugins add theirs through `orders_states` (disputes, refunds, shipping).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from kernel import Application, Conflict, PluginError, StoaError
from plugins.orders.pipeline import Party, Transition

PENDING: Final = "PENDING"
CONFIRMED: Final = "CONFIRMED"
COMPLETED: Final = "COMPLETED"
CANCELLED: Final = "CANCELLED"

OWN: Final = (
    Transition("confirm", (PENDING,), CONFIRMED, ("seller", "operator"), "Confirm", effect="confirm"),
    Transition("complete", (CONFIRMED,), COMPLETED, ("buyer", "operator"), "Complete"),
    Transition(
        "cancel",
        (PENDING, CONFIRMED),
        CANCELLED,
        ("buyer", "seller", "operator"),
        "Cancel",
        needs_reason=True,
        effect="release",
    ),
)


class OrderStatus(Conflict):
    """The order's status does not allow this now.

    Extensions: `order_status`, and `allowed`, the transitions it does allow the caller.
    """

    type, title = "order-status", "The order's status does not allow this"


class Machine:
    """All transitions of orders, those of other plugins included; made once, when first asked for."""

    def __init__(self, extra: Iterable[tuple[str, Transition | Mapping[str, Any]]] = ()) -> None:
        self._named = {each.name: each for each in OWN}
        for plugin, given in extra:
            each = given if isinstance(given, Transition) else Transition(**given)
            if each.name in self._named:
                raise PluginError(plugin, "orders_states", f"a transition is named {each.name}: rename it")
            self._named[each.name] = each
        targets = {each.target for each in self._named.values()}
        self.statuses: Final = (PENDING, *sorted(targets))

    def named(self, name: str) -> Transition:
        """Return a transition; raise StoaError for a name nobody declared."""
        if name not in self._named:
            raise StoaError(f"orders have no transition {name}: they have {', '.join(self._named)}")
        return self._named[name]

    def allowed(
        self, status: str, parties: Collection[Party], *, payment_due: bool = False
    ) -> list[Transition]:
        """Return the transitions that lead from a status and are for one of the parties.

        While a payment is due, none that confirms: the payment does that.
        """
        return [
            each
            for each in self._named.values()
            if status in each.sources
            and ("system" in parties or set(parties) & set(each.by))
            and not (payment_due and each.effect == "confirm")
        ]

    def towards(self, target: str, status: str, parties: Collection[Party]) -> Transition | None:
        """Return the transition from one status to another, one for the parties if there is any."""
        ways = [each for each in self._named.values() if each.target == target and status in each.sources]
        own = [each for each in ways if each in self.allowed(status, parties)]
        return next(iter(own or ways), None)

    def refused(
        self, wanted: str, status: str, parties: Collection[Party], *, payment_due: bool = False
    ) -> OrderStatus:
        """Return the problem of a change that a status does not allow."""
        allowed = [each.name for each in self.allowed(status, parties, payment_due=payment_due)]
        told = ", ".join(allowed) or "nothing"
        return OrderStatus(
            f"An order that is {status} cannot become {wanted}; you may: {told}.",
            order_status=status,
            allowed=allowed,
        )


def machine_of(app: Application) -> Machine:
    """Return the machine with what the enabled plugins add."""
    found = app.hooks.implementations("orders_states")
    return Machine((plugin, each) for plugin, function in found for each in function() or ())
