"""Reports: what is read for one, by indexes, in as many statements whatever there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from kernel import NotFound, app
from plugins.dashboards.posting import scope_bucket, seller_bucket
from plugins.dashboards.settings import DashboardsSettings
from plugins.dashboards.sources import Sources

RECENT: Final = 10
_SUMS: Final = ("sales", "gross", "refunded", "commission")

_DAYS: Final = """
SELECT currency, day, sales, gross, refunded, commission FROM dashboards_day
WHERE bucket = %(bucket)s AND day >= %(since)s AND day <= %(today)s ORDER BY currency, day
"""
_EVER: Final = """
SELECT currency, sum(sales)::bigint AS sales, sum(gross)::bigint AS gross, sum(refunded)::bigint AS refunded,
    sum(commission)::bigint AS commission
FROM dashboards_day WHERE bucket = %(bucket)s GROUP BY currency ORDER BY currency
"""
_COUNTS: Final = """
SELECT kind, status, n FROM dashboards_count WHERE bucket = %(bucket)s AND n <> 0 ORDER BY kind, status
"""
# One walk along the index for each currency, each ending at its limit.
_BEST: Final = """
SELECT p.ref, p.title, p.quantity, p.currency, p.amount FROM unnest(%(currencies)s::text[]) AS c (currency),
LATERAL (
    SELECT * FROM dashboards_best AS p
    WHERE p.bucket = %(bucket)s AND p.days = %(days)s AND p.currency = c.currency AND p.amount > 0
    ORDER BY p.amount DESC, p.ref LIMIT %(limit)s
) AS p ORDER BY p.currency, p.amount DESC, p.ref
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose figures: the platform's, a scope's, or a seller's."""

    bucket: str
    title: str | None = None
    scope: str | None = None
    seller_id: UUID | None = None


def platform() -> Subject:
    """Return the platform."""
    return Subject("platform")


def building(building_id: UUID) -> Subject:
    """Return a building; raise NotFound when plugins name things, and none of them this one."""
    scope = f"building:{building_id}"
    title = titles([scope]).get(scope)
    if title is None and app.hooks.implementations("dashboards_titles"):
        raise NotFound
    return Subject(scope_bucket(scope), title, scope)


def seller(seller_id: UUID) -> Subject:
    """Return a seller."""
    return Subject(seller_bucket(seller_id), seller_id=seller_id)


def report(subject: Subject, days: int) -> dict[str, Any]:
    """Return a report, as it was made at most `cache_seconds` ago."""
    key = f"dashboards:report:{subject.bucket}:{days}:{app.clock.now().date()}"
    ttl = app.settings.of(DashboardsSettings).cache_seconds
    made: Callable[[], dict[str, Any]] = lambda: _made(subject, days)  # noqa: E731 - mypy wants its type
    kept: dict[str, Any] = app.cache.get_or_set(key, made, ttl=ttl) if ttl else made()
    return kept | {"title": subject.title}


def _made(subject: Subject, days: int) -> dict[str, Any]:
    """Make a report; JSON all through, as the cache keeps it."""
    now = app.clock.now()
    revenue_by_currency = revenue(subject, days)
    currencies = [one["currency"] for one in revenue_by_currency]
    best = products(subject, days, currencies, app.settings.of(DashboardsSettings).top_products)
    return {
        "generated_at": now.isoformat(),
        "days": days,
        "since": _since(days).isoformat(),
        "until": now.date().isoformat(),
        "revenue": revenue_by_currency,
        "counts": counts(subject),
        "top_products": best,
        "recent_orders": recent(subject),
        "figures": _figures(subject),
    }


def revenue(subject: Subject, days: int) -> list[dict[str, Any]]:
    """Return what came in, for each currency there ever was: in all, and by day with no day left out."""
    since, today = _since(days), app.clock.now().date()
    values = {"bucket": subject.bucket, "since": since, "today": today}
    ever = app.db.dicts(_EVER, values)
    found = {(row["currency"], row["day"]): row for row in app.db.dicts(_DAYS, values)}
    every = [since + timedelta(days=n) for n in range(days)]
    return [
        _of_currency(row, [found.get((row["currency"], day), {}) for day in every], every) for row in ever
    ]


def _of_currency(
    ever: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], days: Sequence[date]
) -> dict[str, Any]:
    period = {name: sum(row.get(name, 0) for row in rows) for name in _SUMS}
    return {
        "currency": ever["currency"],
        "ever": _sums(ever),
        "period": _sums(period),
        "days": [{"day": day.isoformat(), **_sums(row)} for day, row in zip(days, rows, strict=True)],
    }


def _sums(row: Mapping[str, Any]) -> dict[str, int]:
    sums = {name: int(row.get(name, 0)) for name in _SUMS}
    return sums | {"net": sums["gross"] - sums["refunded"]}


def counts(subject: Subject) -> dict[str, dict[str, Any]]:
    """Return how many things there are, by kind and status."""
    found: dict[str, dict[str, Any]] = {}
    for kind, status, n in app.db.rows(_COUNTS, {"bucket": subject.bucket}):
        one = found.setdefault(kind, {"total": 0, "by_status": {}})
        one["total"] += n
        one["by_status"][status] = n
    return found


def products(subject: Subject, days: int, currencies: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Return the best sellers of each currency by so many days' sales, under the names they have now."""
    values = {"bucket": subject.bucket, "days": days, "currencies": list(currencies), "limit": limit}
    rows = app.db.dicts(_BEST, values) if currencies else []
    now = titles([row["ref"] for row in rows])
    return [
        {
            "ref": row["ref"],
            "title": now.get(row["ref"], row["title"]),
            "quantity": int(row["quantity"]),
            "revenue": {"amount": int(row["amount"]), "currency": row["currency"]},
        }
        for row in rows
    ]


def titles(refs: Sequence[str]) -> dict[str, str]:
    """Return what refs are called now; one statement for each plugin that names things."""
    found: dict[str, str] = {}
    for some in app.hooks.call("dashboards_titles", refs=refs) if refs else ():
        found |= some
    return found


def recent(subject: Subject) -> list[dict[str, Any]]:
    """Return the latest orders: of all sources that show theirs."""
    rows = [
        row
        for source in app.service(Sources)
        if source.recent is not None
        for row in source.recent(subject.scope, subject.seller_id, RECENT)
    ]
    rows.sort(key=lambda row: row["placed_at"], reverse=True)
    return [_order(row) for row in rows[:RECENT]]


def _order(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "number": row["number"],
        "status": row["status"],
        "total": row["total"].as_dict(),
        "placed_at": row["placed_at"].isoformat(),
        "buyer_id": str(row["buyer_id"]),
        "seller_id": str(row["seller_id"]),
    }


def _figures(subject: Subject) -> dict[str, int]:
    if subject.seller_id is None:
        return {}
    found: dict[str, int] = {}
    for some in app.hooks.call("dashboards_seller_figures", seller_id=subject.seller_id):
        found |= some
    return found


def _since(days: int) -> date:
    """Return the first of so many days that end today, UTC."""
    return app.clock.now().date() - timedelta(days=days - 1)
