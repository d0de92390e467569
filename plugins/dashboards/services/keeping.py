"""Bring the figures to what is true of things now.

A thing's row is locked, what it adds is worked out from its owner's tables as
they stand under that lock, and the figures change by the difference to what it
added before. Told twice, too late or in the wrong order, it finds no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import orjson

from kernel import app
from plugins.dashboards import sql
from plugins.dashboards.posting import Change, Posting, posting_of
from plugins.dashboards.services import moving
from plugins.dashboards.sources import Sources


def keep(refs: Iterable[str]) -> list[str]:
    """Bring the figures to what is true of these refs, in the caller's transaction.

    Returns those that differed. A handful of statements for any number of refs.
    """
    wanted = sorted(set(refs))
    if not wanted:
        return []
    assert app.db.in_transaction(), "figures change together with the rows that explain them"
    day = moving.held()
    app.db.execute_sql(sql.LOCK, {"refs": wanted})
    before = stored(wanted)
    after = current(wanted)
    differing = [ref for ref in wanted if before.get(ref) != after.get(ref)]
    _write({ref: after[ref] for ref in differing if ref in after})
    gone = [ref for ref in wanted if ref not in after]
    if gone:
        app.db.execute_sql(sql.FORGET, {"refs": gone})
    _apply(differing, before, after, day)
    return differing


def current(refs: Sequence[str]) -> dict[str, Posting]:
    """Return what things add as their owners' tables stand; what is gone is left out."""
    sources = app.service(Sources)
    facts = sources.facts(refs)
    sold = [ref for ref, fact in facts.items() if fact.sale is not None]
    refunds = sources.refunds_of(sold) if sold else {}
    return {ref: posting_of(fact, refunds.get(ref)) for ref, fact in facts.items()}


def stored(refs: Sequence[str]) -> dict[str, Posting]:
    """Return what things added to the figures so far; a row that locking has just made says nothing."""
    rows = app.db.dicts(sql.KNOWN, {"refs": list(refs)})
    names = ("status", "scope", "seller_id", "currency", "day", "days", "products")
    return {row["ref"]: Posting(*(row[name] for name in names)) for row in rows if row["status"]}


def _write(postings: Mapping[str, Posting]) -> None:
    if not postings:
        return
    rows = [
        {
            "ref": ref,
            "status": one.status,
            "scope": one.scope,
            "seller_id": one.seller_id,
            "currency": one.currency,
            "day": one.day,
            "days": one.days,
            "products": one.products,
        }
        for ref, one in postings.items()
    ]
    app.db.execute_sql(sql.WRITE, {"rows": orjson.dumps(rows).decode()})


def _apply(
    refs: Iterable[str], before: Mapping[str, Posting], after: Mapping[str, Posting], day: date
) -> None:
    change = Change(day)
    for ref in refs:
        for postings, sign in ((before, -1), (after, 1)):
            if ref in postings:
                change.add(ref, postings[ref], sign)
    for statement, rows in (
        (sql.COUNTS, change.count_rows()),
        (sql.DAYS, change.day_rows()),
        (sql.PRODUCTS, change.product_rows()),
        (sql.BEST, change.best_rows()),
    ):
        if rows:
            app.db.execute_sql(statement, {"rows": orjson.dumps(rows).decode()})
