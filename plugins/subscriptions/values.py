"""The values that travel between subscriptions and the plugins it asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from kernel import Application, Money, app


@dataclass(frozen=True, slots=True)
class Meter:
    """Something plans may limit.

    With `count` its owner says how much there is of it; `fit(user_id, limit)` is
    called in the transaction in which a person's limit changed (None: no limit), to
    hold back what is too much and let go of what was held back. Without `count` it is
    counted here by `consume` and `release`, with `resets` from zero in each period.
    """

    name: str
    title: str
    count: Callable[[UUID], int] | None = None
    fit: Callable[[UUID, int | None], None] | None = None
    resets: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A charge to be collected: `ref` is `charge:<id>`; `attempt` 0 is the first.

    `unattended`: it is the clock's doing, a renewal; else the person is there, to choose how they pay.
    """

    id: UUID
    ref: str
    payer_id: UUID
    amount: Money
    description: str
    attempt: int
    unattended: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """How a charge is collected; `url` is where the client pays, empty when nothing is to be done.

    `automatic`: it is being paid, by what the person agreed to: they are told only if that fails.
    """

    url: str = ""
    automatic: bool = False


class Meters:
    """What can be metered here, by name."""

    def __init__(self, meters: list[Meter]) -> None:
        self.all = tuple(meters)
        self._by_name = {meter.name: meter for meter in meters}

    def named(self, name: str) -> Meter:
        """Return a meter; raise KeyError for one that no plugin declared: the caller's mistake."""
        return self._by_name[name]


def meters_of(_app: Application) -> Meters:
    """Collect the meters of all plugins."""
    return Meters([meter for found in app.hooks.call("subscriptions_meters") for meter in found])
