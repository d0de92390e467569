"""Where figures come from: what other plugins declare through the hooks of dashboards.

Values are plain, so that a plugin which does not require this one returns
mappings with their fields instead. Times are aware, amounts minor units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from kernel import PluginError
from kernel import app as running

if TYPE_CHECKING:
    from kernel import Application

IdOf = Callable[[Any], UUID | None]
"""Return the id of the thing an event is about; None for none that is counted."""
RefOf = Callable[[Any], str | None]
"""Return the ref of the thing an event is about, of whatever kind: `order:<id>`."""

_FIRST: Final = UUID(int=0)
_IDS: Final = "SELECT id FROM {table} WHERE id > %(after)s ORDER BY id LIMIT %(limit)s"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """What was sold: `amount` is its price times `quantity`."""

    ref: str
    title: str
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """Money a thing brings in: `amount` since `at`, nothing of it any more since `voided_at`.

    `commission` is the platform's part of `amount`.
    """

    currency: str
    amount: int
    at: datetime
    commission: int = 0
    voided_at: datetime | None = None
    lines: Sequence[SoldLine] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is true of one thing now: `scope` is where it belongs (or empty), `seller_id` whose it is."""

    id: UUID
    status: str
    scope: str = ""
    seller_id: UUID | None = None
    sale: Sale | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """`amount` of what something brought in went back at `at`."""

    amount: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of things that are counted by status, and may bring in money.

    * `kind`: what it is counted under, and its refs begin with (`order:<id>`); never renamed;
    * `events`: wire types after which a thing is looked at again, each with what finds its id;
    * `facts`: what is true of things now, what is gone left out: a statement with `%(ids)s`, whose
      columns are a fact's fields, or a function of the ids that runs one for any number;
    * `table`: where their rows are, by `id`, those that are gone too if need be: a recount walks it;
    * `recent(scope, seller_id, limit)`: the latest, for those kinds whose latest are shown:
      mappings of `id number status total placed_at buyer_id seller_id`; None is everywhere, everybody.
    """

    kind: str
    events: Mapping[str, IdOf]
    facts: str | Callable[[Sequence[UUID]], Iterable[Fact | Mapping[str, Any]]]
    table: str
    recent: Callable[[str | None, UUID | None, int], Sequence[Mapping[str, Any]]] | None = None

    def facts_of(self, ids: Sequence[UUID]) -> Iterator[Fact]:
        """Yield what is true of things now."""
        if isinstance(self.facts, str):
            found: Iterable[Fact | Mapping[str, Any]] = running.db.dicts(self.facts, {"ids": list(ids)})
        else:
            found = self.facts(ids)
        return map(_fact, found)

    def ids(self, after: UUID | None, limit: int) -> list[UUID]:
        """Return the ids there are behind `after` (None: from the first), in their order."""
        values = {"after": after or _FIRST, "limit": limit}
        return [found for (found,) in running.db.rows(_IDS.format(table=self.table), values)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """Who knows what went back of what was paid.

    `events` as a source's, each with what finds the ref. `of(refs)` has those of the refs that were
    paid there, each with all its refunds, or none: of these nothing else takes anything off, not
    even `voided_at`, for what goes back is a matter of terms.
    """

    events: Mapping[str, RefOf]
    of: Callable[[Sequence[str]], Mapping[str, Sequence[Refund | Mapping[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources of this application, collected once."""

    kinds: Mapping[str, Source]
    refunds: Sequence[Refunds]
    events: Mapping[str, Sequence[RefOf]] = field(default_factory=dict)

    def facts(self, refs: Iterable[str]) -> dict[str, Fact]:
        """Return what is true of things now, by ref; what nobody knows is left out."""
        found: dict[str, Fact] = {}
        for kind, ids in _by_kind(refs).items():
            source = self.kinds.get(kind)
            if source is not None:
                found.update((f"{kind}:{fact.id}", fact) for fact in source.facts_of(ids))
        return found

    def refunds_of(self, refs: Sequence[str]) -> dict[str, list[Refund]]:
        """Return what went back of things, by ref; a thing that was paid nowhere is left out."""
        found: dict[str, list[Refund]] = {}
        for source in self.refunds:
            for ref, some in source.of(refs).items():
                refunds = (one if isinstance(one, Refund) else Refund(**one) for one in some)
                found.setdefault(ref, []).extend(refunds)
        return found

    def __iter__(self) -> Iterator[Source]:
        return iter(self.kinds.values())


def collected(app: Application) -> Sources:
    """Collect what plugins declare; raise PluginError naming the plugin at fault."""
    kinds: dict[str, Source] = {}
    for plugin, declare in app.hooks.implementations("dashboards_sources"):
        for given in declare():
            source = given if isinstance(given, Source) else Source(**given)
            if source.kind in kinds or ":" in source.kind:
                remedy = f"the kind {source.kind} is declared twice, or no kind: rename it"
                raise PluginError(plugin, "dashboards_sources", remedy)
            kinds[source.kind] = source
    refunds = [
        given if isinstance(given, Refunds) else Refunds(**given)
        for some in app.hooks.call("dashboards_refunds")
        for given in some
    ]
    events: dict[str, list[RefOf]] = {}
    for one in kinds.values():
        for wire, id_of in one.events.items():
            events.setdefault(wire, []).append(partial(_ref, one.kind, id_of))
    for other in refunds:
        for wire, ref_of in other.events.items():
            events.setdefault(wire, []).append(ref_of)
    return Sources(kinds, refunds, events)


def _ref(kind: str, id_of: IdOf, event: Any) -> str | None:
    found = id_of(event)
    return f"{kind}:{found}" if found else None


def kind_of(ref: str) -> str:
    """Return what a ref begins with."""
    return ref.partition(":")[0]


def id_of(ref: str) -> UUID | None:
    """Return the id in a ref; None where there is none."""
    try:
        return UUID(ref.partition(":")[2])
    except ValueError:
        return None


def _by_kind(refs: Iterable[str]) -> dict[str, list[UUID]]:
    grouped: dict[str, list[UUID]] = {}
    for ref in refs:
        found = id_of(ref)
        if found is not None:
            grouped.setdefault(kind_of(ref), []).append(found)
    return grouped


def _fact(given: Fact | Mapping[str, Any]) -> Fact:
    if isinstance(given, Fact):
        return given
    sale = given.get("sale")
    return Fact(**{**given, "sale": _sale(sale) if isinstance(sale, Mapping) else sale})


def _sale(given: Mapping[str, Any]) -> Sale:
    lines = [line if isinstance(line, SoldLine) else SoldLine(**line) for line in given.get("lines", ())]
    return Sale(**{**given, "lines": lines})
