"""What one thing adds to the figures: a function of what is true of it, and of nothing else.

So the order in which news of it arrives, and how often, cannot matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from kernel import Money
from plugins.dashboards.sources import Fact, Refund, Sale, kind_of

Json = dict[str, Any]
Products = dict[tuple[Any, ...], Counter[str]]
"""Changes of what products brought in, by the keys of their sums."""

SPANS: Final = (7, 30, 90, 365)
"""Days of the windows in which products are summed up, beside of all time."""


@dataclass(frozen=True, slots=True)
class Posting:
    """What a thing adds; `days` and `products` as they are stored, `day` is when the products were sold."""

    status: str
    scope: str = ""
    seller_id: UUID | None = None
    currency: str = ""
    day: date | None = None
    days: Sequence[Json] = field(default_factory=list)
    products: Sequence[Json] = field(default_factory=list)

    @property
    def buckets(self) -> list[str]:
        """Where it counts."""
        scoped = [scope_bucket(self.scope)] if self.scope else []
        return ["platform", *scoped, *([seller_bucket(self.seller_id)] if self.seller_id else [])]


def scope_bucket(scope: str) -> str:
    """Return the bucket of what belongs to a scope."""
    return f"scope:{scope}"


def seller_bucket(seller_id: UUID) -> str:
    """Return the bucket of what is somebody's."""
    return f"seller:{seller_id}"


def posting_of(fact: Fact, refunds: Iterable[Refund] | None = None) -> Posting:
    """Return what a thing adds; `refunds` is None for what was paid nowhere: its being void counts."""
    where = (fact.status, fact.scope, fact.seller_id)
    sale = fact.sale
    if sale is None:
        return Posting(*where)
    days, kept = _days(sale, refunds)
    sold_on = sale.at.astimezone(UTC).date()
    return Posting(*where, sale.currency, sold_on, days, _products(sale, kept))


def _days(sale: Sale, refunds: Iterable[Refund] | None) -> tuple[list[Json], int]:
    """Return what a sale adds to which day, and what is left of it in the end.

    It counts in full on its day. What goes back is taken off on the day it went,
    the platform's part with it in proportion; never more than is left.
    """
    days: dict[str, Json] = {}
    _add(days, sale.at, sales=1, gross=sale.amount, commission=sale.commission)
    left, commission = sale.amount, sale.commission
    for at, wanted in _taken_back(sale, refunds):
        taken = min(wanted, left)
        left -= taken
        after = sale.commission * left // sale.amount if sale.amount else 0
        _add(days, at, refunded=taken, commission=after - commission)
        commission = after
    return [days[day] for day in sorted(days)], left


def _taken_back(sale: Sale, refunds: Iterable[Refund] | None) -> Iterator[tuple[datetime, int]]:
    """Yield what went back when, in order; nothing goes back before it came."""
    if refunds is None:
        every = [(sale.voided_at, sale.amount)] if sale.voided_at else []
    else:
        every = [(each.at, each.amount) for each in refunds]
    yield from sorted((max(at, sale.at), amount) for at, amount in every)


def _add(days: dict[str, Json], at: datetime, **figures: int) -> None:
    day = at.astimezone(UTC).date().isoformat()
    row = days.setdefault(day, {"day": day, "sales": 0, "gross": 0, "refunded": 0, "commission": 0})
    for name, figure in figures.items():
        row[name] += figure


def _products(sale: Sale, left: int) -> list[Json]:
    """Return what each product brought in: of a sale paid back in part, each line's share of what is left."""
    if not left and sale.amount:
        return []
    amounts = [line.amount for line in sale.lines]
    whole = sum(amounts)
    if left != sale.amount and whole:
        kept = Money(whole * left // sale.amount, sale.currency).allocate(amounts)
        amounts = [one.amount for one in kept]
    products: dict[str, Json] = {}
    for line, amount in zip(sale.lines, amounts, strict=True):
        row = products.setdefault(
            line.ref, {"ref": line.ref, "title": line.title, "quantity": 0, "amount": 0}
        )
        row["quantity"] += line.quantity
        row["amount"] += amount
    return list(products.values())


def windows(posting: Posting, day: date) -> list[int]:
    """Return the windows, of those that end with a day, in which what a thing sold counts."""
    sold_on = posting.day
    if sold_on is None:
        return []
    return [each for each in SPANS if day - timedelta(days=each) < sold_on <= day]


class Change:
    """How much figures are to change by, by their keys: what things add now, less what they added.

    `day` is where the windows of products end.
    """

    def __init__(self, day: date) -> None:
        self._day = day
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.days: dict[tuple[str, str, str], Counter[str]] = {}
        self.products: Products = {}
        self.best: Products = {}
        self.titles: dict[str, str] = {}

    def add(self, ref: str, posting: Posting, sign: int) -> None:
        """Add what a thing adds (1), or take it off (-1)."""
        for bucket in posting.buckets:
            self.counts[bucket, kind_of(ref), posting.status] += sign
            for day in posting.days:
                sums = self.days.setdefault((bucket, day["day"], posting.currency), Counter())
                for name in ("sales", "gross", "refunded", "commission"):
                    sums[name] += sign * day[name]
            for product in posting.products:
                self._sell(self.products, (bucket, posting.currency, product["ref"]), product, sign)
                for span in windows(posting, self._day):
                    key = (bucket, span, posting.currency, product["ref"])
                    self._sell(self.best, key, product, sign)

    def _sell(self, sums: Products, key: tuple[Any, ...], product: Json, sign: int) -> None:
        changed = sums.setdefault(key, Counter())
        for name in ("quantity", "amount"):
            changed[name] += sign * product[name]
        if sign > 0:
            self.titles[product["ref"]] = product["title"]

    def count_rows(self) -> list[Json]:
        """Return the counts that change, as they are written."""
        names = ("bucket", "kind", "status")
        return [dict(zip(names, key, strict=True)) | {"n": n} for key, n in sorted(self.counts.items()) if n]

    def day_rows(self) -> list[Json]:
        """Return the days that change, as they are written."""
        return _rows(("bucket", "day", "currency"), self.days)

    def product_rows(self) -> list[Json]:
        """Return the products that change, as they are written."""
        return self._titled(_rows(("bucket", "currency", "ref"), self.products))

    def best_rows(self) -> list[Json]:
        """Return the products that change within windows, as they are written."""
        return self._titled(_rows(("bucket", "days", "currency", "ref"), self.best))

    def _titled(self, rows: list[Json]) -> list[Json]:
        return [row | {"title": self.titles.get(row["ref"], "")} for row in rows]


def _rows(names: tuple[str, ...], sums: Mapping[Any, Counter[str]]) -> list[Json]:
    return [
        dict(zip(names, key, strict=True)) | dict(sums[key])
        for key in sorted(sums)
        if any(sums[key].values())
    ]
