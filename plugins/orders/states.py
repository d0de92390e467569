"""The life of an order: which transitions there are, and for whom.

PENDING ──confirm──▶ CONFIRMED ──complete──▶ COMPLETED
   │                     │
   └──────cancel─────────┴──▶ CANCELLED

Other plugins add theirs through `orders_states` (disputes, refunds, shipping).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from kernel import Application, Conflict, PluginError, StoaError, app
from plugins.orders.pipeline import Party, Transition

PENDING: Final = "PENDING"
CONFIRMED: Final = "CONFIRMED"
COMPLETED: Final = "COMPLETED"
CANCELLED: Final = "CANCELLED"
RESTOCKERS: Final = frozenset({"seller", "operator", "system"})
"""Who may say that goods that came back are in stock again."""

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
        returns = {each.target for each in self._named.values() if each.effect == "restock"}
        self.returned: Final = tuple(sorted(returns))

    def named(self, name: str) -> Transition:
        """Return a transition; raise StoaError for a name nobody declared."""
        if name not in self._named:
            raise StoaError(f"orders have no transition {name}: they have {', '.join(self._named)}")
        return self._named[name]

    def allowed(self, row: Mapping[str, Any], parties: Collection[Party]) -> list[Transition]:
        """Return the transitions an order (a row of `sql.COLUMNS`) allows one of the parties now.

        While a payment is due, none that confirms: the payment does that.
        """
        return [
            each
            for each in self._named.values()
            if row["status"] in each.sources
            and ("system" in parties or set(parties) & set(each.by))
            and not (row["payment_due"] and each.effect == "confirm")
            and not is_late(each, row)
        ]

    def names(self, row: Mapping[str, Any], parties: Collection[Party]) -> list[str]:
        """Return what the parties may do with an order, by name: `restock` besides the transitions."""
        names = [each.name for each in self.allowed(row, parties)]
        if row["status"] in self.returned and row["restocked_at"] is None and set(parties) & RESTOCKERS:
            names.append("restock")
        return names

    def towards(self, target: str, row: Mapping[str, Any], parties: Collection[Party]) -> Transition | None:
        """Return the transition from where an order is to a status, one for the parties if there is any."""
        ways = [
            each for each in self._named.values() if each.target == target and row["status"] in each.sources
        ]
        own = [each for each in ways if each in self.allowed(row, parties)]
        return next(iter(own or ways), None)

    def refused(self, wanted: str, row: Mapping[str, Any], parties: Collection[Party]) -> OrderStatus:
        """Return the problem of a change that an order's status does not allow."""
        status, allowed = row["status"], self.names(row, parties)
        told = ", ".join(allowed) or "nothing"
        return OrderStatus(
            f"An order that is {status} cannot become {wanted}; you may: {told}.",
            order_status=status,
            allowed=allowed,
        )


def ends(transition: Transition, row: Mapping[str, Any]) -> datetime | None:
    """Return until when an order allows a transition; None where there is no end."""
    if transition.days is None or row["status"] != COMPLETED or row["completed_at"] is None:
        return None
    completed: datetime = row["completed_at"]
    return completed + timedelta(days=transition.days)


def is_late(transition: Transition, row: Mapping[str, Any]) -> bool:
    """Say whether the time for a transition is over."""
    until = ends(transition, row)
    return until is not None and until <= app.clock.now()


def machine_of(application: Application) -> Machine:
    """Return the machine with what the enabled plugins add."""
    found = application.hooks.implementations("orders_states")
    return Machine((plugin, each) for plugin, function in found for each in function() or ())
