"""A report as tables: what a spreadsheet holds of it, read anew and not from the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kernel import Money, app
from plugins.dashboards import queries
from plugins.dashboards.queries import Subject
from plugins.dashboards.settings import DashboardsSettings

Cell = str | int | Money
Row = tuple[Cell, ...]

_SUMS: Final = ("gross", "refunded", "net", "commission")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name, its columns' names, its rows."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row]


def revenue(subject: Subject, days: int) -> Sheet:
    """Return a row for each currency and day, those without sales too."""
    rows: list[Row] = [
        (
            day["day"],
            one["currency"],
            day["sales"],
            *(Money(day[name], one["currency"]) for name in _SUMS),
        )
        for one in queries.revenue(subject, days)
        for day in one["days"]
    ]
    return Sheet("revenue", ("day", "currency", "sales", *_SUMS), rows)


def products(subject: Subject, days: int) -> Sheet:
    """Return the best sellers, the best of each currency first."""
    currencies = [one["currency"] for one in queries.revenue(subject, days)]
    limit = app.settings.of(DashboardsSettings).export_products
    rows: list[Row] = [
        (row["ref"], row["title"], row["quantity"], row["revenue"]["currency"], Money(**row["revenue"]))
        for row in queries.products(subject, days, currencies, limit)
    ]
    return Sheet("products", ("ref", "title", "quantity", "currency", "revenue"), rows)


def counts(subject: Subject, days: int) -> Sheet:  # noqa: ARG001 - one signature for all tables
    """Return a row for each kind and status."""
    rows: list[Row] = [
        (kind, status, n)
        for kind, one in queries.counts(subject).items()
        for status, n in one["by_status"].items()
    ]
    return Sheet("counts", ("kind", "status", "number"), rows)


def orders(subject: Subject, days: int) -> Sheet:  # noqa: ARG001 - one signature for all tables
    """Return the latest orders."""
    rows: list[Row] = [
        (
            *(row[name] for name in ("number", "status", "placed_at")),
            row["total"]["currency"],
            Money(**row["total"]),
        )
        for row in queries.recent(subject)
    ]
    return Sheet("orders", ("number", "status", "placed_at", "currency", "total"), rows)


TABLES: Final[Mapping[str, Callable[[Subject, int], Sheet]]] = {
    "revenue": revenue,
    "products": products,
    "counts": counts,
    "orders": orders,
}


def every(subject: Subject, days: int) -> Iterator[Sheet]:
    """Yield all tables, each read when it is asked for."""
    for make in TABLES.values():
        yield make(subject, days)


def plain(cell: Cell) -> Any:
    """Return a cell as text or number: money in major units."""
    return cell.format() if isinstance(cell, Money) else cell
