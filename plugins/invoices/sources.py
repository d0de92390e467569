"""What is sold and what was paid for it: what other plugins declare through the hooks of invoices.

Values are plain, so that a plugin which does not require this one returns
mappings with their fields instead. Times are aware, amounts minor units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from kernel import PluginError
from kernel import app as running

if TYPE_CHECKING:
    from kernel import Application

RefOf = Callable[[Any], str | None]
"""Return the ref of the thing an event is about; None for none of yours."""

_IDS: Final = "SELECT id FROM {table} WHERE id > %(after)s ORDER BY id LIMIT %(limit)s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was sold: `amount` is `unit_amount` times `quantity`; `commission_rate_bp` in basis points."""

    title: str
    quantity: int
    unit_amount: int
    amount: int
    commission: int = 0
    commission_rate_bp: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sale as it was agreed on, once it is: nothing of it but `voided_at` ever changes.

    `number` is what the parties know it by, `facts` are further labels and values for
    the document, `adjustments` labels and amounts (negative: taken off), taxes among them.
    `total` is what the buyer pays, `commission` the platform's part of it. An empty
    `scope` means everybody's. Since `voided_at` nothing of it is owed any more.
    """

    id: UUID
    number: str
    seller_id: UUID
    buyer_id: UUID
    currency: str
    total: int
    lines: Sequence[Line | Mapping[str, Any]]
    ordered_at: datetime
    sold_at: datetime
    scope: str = ""
    commission: int = 0
    adjustments: Sequence[tuple[str, int]] = ()
    facts: Sequence[tuple[str, str]] = ()
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """`amount` that went back, `commission` of it from the platform's part; `id` is its own for good."""

    id: UUID
    amount: int
    commission: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What was paid for a ref, and what of that went back so far."""

    paid_at: datetime
    commission: int
    refunds: Sequence[Refund | Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A kind of things that are sold; their refs are `<kind>:<id>`.

    `sales(ids)` returns those that are sold, the others are left out; one statement for any
    number. `events` name what may change that, by wire type, each with what finds the id.
    `table` has them all under `id`, for `manage.py invoices issue`.
    """

    kind: str
    table: str
    events: Mapping[str, Callable[[Any], UUID | None]]
    sales: Callable[[Sequence[UUID]], Iterable[Sale | Mapping[str, Any]]]

    def ids(self, limit: int) -> Iterator[UUID]:
        """Yield the ids of all there are, in batches of a statement each."""
        after = UUID(int=0)
        while True:
            found = running.db.rows(_IDS.format(table=self.table), {"after": after, "limit": limit})
            for (after,) in found:
                yield after
            if len(found) < limit:
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlements:
    """Who knows what was paid for refs of any kind.

    `of(refs)` leaves out what was not paid there; one statement for any number.
    """

    events: Mapping[str, RefOf]
    of: Callable[[Sequence[str]], Mapping[str, Settlement | Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources of this application, collected once."""

    kinds: Mapping[str, Source]
    settlements: Sequence[Settlements]
    events: Mapping[str, Sequence[RefOf]] = field(default_factory=dict)

    def sale(self, ref: str) -> Sale | None:
        """Return what a ref was sold as; None when it is not sold, or nobody knows it.

        An id has one spelling: another one of the same would be invoiced again.
        """
        kind, _, name = ref.partition(":")
        source = self.kinds.get(kind)
        try:
            sold = UUID(name)
        except ValueError:
            return None  # no id, so no sale
        found = list(source.sales([sold])) if source and str(sold) == name else []
        return _made(Sale, found[0]) if found else None

    def settlement(self, ref: str) -> Settlement | None:
        """Return what was paid for a ref; None when nothing was, as far as anybody knows."""
        for each in self.settlements:
            given = each.of([ref]).get(ref)
            if given is not None:
                return given if isinstance(given, Settlement) else Settlement(**given)
        return None

    def refs(self, limit: int = 500) -> Iterator[str]:
        """Yield the refs of everything that may be sold."""
        for source in self.kinds.values():
            for each in source.ids(limit):
                yield f"{source.kind}:{each}"


def collected(app: Application) -> Sources:
    """Collect what plugins declare; raise PluginError naming the plugin at fault."""
    kinds: dict[str, Source] = {}
    events: dict[str, list[RefOf]] = {}
    for plugin, declare in app.hooks.implementations("invoices_sources"):
        for source in (_made(Source, given) for given in declare()):
            if source.kind in kinds:
                raise PluginError(plugin, "invoices_sources", f"{source.kind} is declared already: rename it")
            kinds[source.kind] = source
            for wire, id_of in source.events.items():
                events.setdefault(wire, []).append(_ref(source.kind, id_of))
    answers = [given for some in app.hooks.call("invoices_settlements") for given in some]
    settlements = [_made(Settlements, given) for given in answers]
    for each in settlements:
        for wire, ref_of in each.events.items():
            events.setdefault(wire, []).append(ref_of)
    return Sources(kinds, settlements, events)


def refunds_of(settlement: Settlement) -> list[Refund]:
    """Return the refunds of a settlement, the oldest first."""
    found = [_made(Refund, given) for given in settlement.refunds]
    return sorted(found, key=lambda one: str(one.id))


def lines_of(sale: Sale) -> list[Line]:
    """Return the lines of a sale."""
    return [_made(Line, given) for given in sale.lines]


def _ref(kind: str, id_of: Callable[[Any], UUID | None]) -> RefOf:
    def find(event: Any) -> str | None:
        found = id_of(event)
        return f"{kind}:{found}" if found else None

    return find


def _made(kind: Any, given: Any) -> Any:
    return given if isinstance(given, kind) else kind(**given)
