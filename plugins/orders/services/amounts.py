"""What each order of a checkout costs, and what the platform keeps of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from kernel import Money, StoaError, app
from plugins.orders.pipeline import Adjustment, Commission, Draft, DraftLine
from plugins.orders.problems import OrderTotal

_Value = TypeVar("_Value", Adjustment, Commission)


@dataclass(slots=True)
class Share:
    """One seller's part of a checkout: an order to be; amounts are of the draft's currency."""

    order_id: UUID
    lines: list[DraftLine]
    subtotal: Money
    adjustments: list[dict[str, Any]] = field(default_factory=list)
    total: Money = field(init=False)

    def __post_init__(self) -> None:
        self.total = self.subtotal

    def bear(self, adjustment: Adjustment, amount: Money) -> None:
        """Add its part of an adjustment to what is paid."""
        self.total += amount
        named = {"kind": adjustment.kind, "label": adjustment.label, "line": adjustment.line}
        self.adjustments.append(named | {"amount": amount.amount})


def shares(draft: Draft) -> list[Share]:
    """Return the orders of a checkout with what other plugins add; raise OrderTotal for one below 0."""
    made = [_share(order_id, lines, draft.currency) for order_id, lines in _by_order(draft.lines).items()]
    for adjustment in _answers("orders_adjust", draft, Adjustment):
        _spread(adjustment, made)
    for share in made:
        if share.total.amount < 0:
            raise OrderTotal(f"More is taken off than the {share.subtotal} it costs.")
    return made


def commissions(draft: Draft) -> dict[int, Commission]:
    """Return the platform's part by the position of the line; the first answer for a line counts."""
    found: dict[int, Commission] = {}
    for each in _answers("orders_commission", draft, Commission):
        line = draft.lines[each.line]
        if not 0 <= each.amount.amount <= line.amount.amount:
            raise StoaError(f"orders_commission: {each.amount} of a line of {line.amount}: keep it within")
        found.setdefault(each.line, each)
    return found


def _by_order(lines: Iterable[DraftLine]) -> dict[UUID, list[DraftLine]]:
    grouped: dict[UUID, list[DraftLine]] = {}
    for line in lines:
        grouped.setdefault(line.order_id, []).append(line)
    return grouped


def _share(order_id: UUID, lines: list[DraftLine], currency: str) -> Share:
    return Share(order_id, lines, Money.sum((line.amount for line in lines), currency))


def _answers(hook: str, draft: Draft, kind: type[_Value]) -> Iterator[_Value]:
    for answer in app.hooks.call(hook, draft=draft):
        for each in answer:
            yield each if isinstance(each, kind) else kind(**each)


def _spread(adjustment: Adjustment, every: Sequence[Share]) -> None:
    """Split an adjustment among who bears it, in proportion to their subtotals, by largest remainder."""
    bearers = [share for share in every if _bears(share, adjustment)]
    if not bearers:
        raise StoaError(f"orders_adjust: nobody in this checkout bears {adjustment.label!r}")
    weights = [share.subtotal.amount for share in bearers]
    parts = adjustment.amount.allocate(weights if any(weights) else [1] * len(weights))
    for share, part in zip(bearers, parts, strict=True):
        if part:
            share.bear(adjustment, part)


def _bears(share: Share, adjustment: Adjustment) -> bool:
    if adjustment.line is not None:
        return any(line.position == adjustment.line for line in share.lines)
    return adjustment.seller_id is None or share.lines[0].offer.seller_id == adjustment.seller_id
