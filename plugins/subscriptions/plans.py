"""Plans as the settings declare them, from the least to the most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from kernel import Application, ConfigurationError, Money
from plugins.subscriptions.settings import SubscriptionsSettings

Interval = Literal["month", "year"]
INTERVALS: Final[Mapping[str, str]] = {"month": "monthly", "year": "yearly"}
LONGEST_DUNNING: Final = 27
_KEYS: Final = {"title", "limits", "features", "monthly", "yearly", "trial_days"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody may do, and what that costs; a meter that is not in `limits` is not limited."""

    name: str
    rank: int
    title: str
    limits: Mapping[str, int]
    features: tuple[str, ...]
    prices: Mapping[str, Money]
    trial_days: int

    def limit(self, meter: str) -> int | None:
        """Return the most of a meter this plan allows; None for no limit."""
        return self.limits.get(meter)


class Plans:
    """The plans of this deployment."""

    def __init__(self, plans: Sequence[Plan], dunning: Sequence[int]) -> None:
        self.all = tuple(plans)
        self.dunning = tuple(dunning)
        self._by_name = {plan.name: plan for plan in plans}

    @property
    def free(self) -> Plan:
        """The plan of everybody without a subscription."""
        return self.all[0]

    def get(self, name: str) -> Plan | None:
        """Return a plan by name; None when there is none (any more)."""
        return self._by_name.get(name)

    def lifting(self, meter: str, needed: int) -> Plan | None:
        """Return the least plan that allows `needed` of a meter; None when no plan does."""
        for plan in self.all:
            limit = plan.limit(meter)
            if limit is None or limit >= needed:
                return plan
        return None

    def offering(self, feature: str) -> Plan | None:
        """Return the least plan with a feature; None when no plan has it."""
        return next((plan for plan in self.all if feature in plan.features), None)


def plans_of(app: Application) -> Plans:
    """Read the plans of the settings; raise ConfigurationError for what cannot be meant."""
    settings = app.settings.of(SubscriptionsSettings)
    plans = [
        _plan(name, rank, declared, settings.currency)
        for rank, (name, declared) in enumerate(settings.plans.items())
    ]
    if not plans or plans[0].prices:
        raise ConfigurationError("[subscriptions] plans: the first plan is everybody's and has no price")
    return Plans(plans, _dunning(settings.dunning_days))


def _plan(name: str, rank: int, declared: Mapping[str, Any], currency: str) -> Plan:
    where = f"[subscriptions.plans.{name}]"
    if unknown := sorted(set(declared) - _KEYS):
        raise ConfigurationError(f"{where} {unknown[0]}: not known; use {', '.join(sorted(_KEYS))}")
    prices = {
        interval: Money(_amount(declared[key], f"{where} {key}"), currency)
        for interval, key in INTERVALS.items()
        if key in declared
    }
    limits = {key: _amount(most, f"{where} limits.{key}") for key, most in declared.get("limits", {}).items()}
    trial = _amount(declared.get("trial_days", 0), f"{where} trial_days")
    return Plan(
        name, rank, declared.get("title", name), limits, tuple(declared.get("features", ())), prices, trial
    )


def _amount(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ConfigurationError(f"{where}: a whole number, 0 or more, not {value!r}")
    return value


def _dunning(days: Sequence[str]) -> list[int]:
    where = "[subscriptions] dunning_days"
    try:
        read = [int(each) for each in days]
    except ValueError as ex:
        raise ConfigurationError(f"{where}: whole numbers of days") from ex
    if not read or sorted(set(read)) != read or read[0] < 1 or read[-1] > LONGEST_DUNNING:
        raise ConfigurationError(f"{where}: growing numbers from 1 to {LONGEST_DUNNING}")
    return read
