"""Count everything anew from the tables of its owners, and compare.

Two steps. First each thing: what it adds now against what it added. Then the
figures: each against the sum over all things, by one `GROUP BY`. Memory is
bounded by a batch, whatever there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from kernel import app
from plugins.dashboards import sql
from plugins.dashboards.posting import SPANS
from plugins.dashboards.services import moving
from plugins.dashboards.services.keeping import current, keep, stored
from plugins.dashboards.sources import Source, Sources, id_of

BATCH: Final = 500
EXAMPLES: Final = 20
Progress = Callable[[str, int], None]
"""Told of a kind and how many of its things were looked at so far."""

_DAYS: Final = "(day date, sales bigint, gross bigint, refunded bigint, commission bigint)"
_PRODUCTS: Final = "(ref text, title text, quantity bigint, amount bigint)"


@dataclass(frozen=True, slots=True)
class Figure:
    """A table of sums: its keys, its values, and the statement of what they should be."""

    table: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    should: str
    extra: tuple[str, ...] = ()

    def differing(self) -> str:
        """Return a query of the rows that should be otherwise, as they should be."""
        wanted = ", ".join(f"coalesce(s.{name}, 0) AS {name}" for name in self.values)
        kept = "".join(f", coalesce(s.{name}, t.{name}) AS {name}" for name in self.extra)
        differs = " OR ".join(f"coalesce(s.{name}, 0) <> coalesce(t.{name}, 0)" for name in self.values)
        return (
            f"SELECT {', '.join(self.keys)}, {wanted}{kept} FROM ({self.should}) AS s "  # noqa: S608 - constants
            f"FULL JOIN {self.table} AS t USING ({', '.join(self.keys)}) WHERE {differs}"
        )

    def mending(self) -> str:
        """Return the statement that brings them there."""
        names = ", ".join((*self.keys, *self.values, *self.extra))
        changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in (*self.values, *self.extra))
        return (
            f"INSERT INTO {self.table} ({names}) SELECT {names} FROM ({self.differing()}) AS d "  # noqa: S608 - constants
            f"ON CONFLICT ({', '.join(self.keys)}) DO UPDATE SET {changes} RETURNING 1"
        )


FIGURES: Final = (
    Figure(
        "dashboards_count",
        ("bucket", "kind", "status"),
        ("n",),
        f"""SELECT {sql.BUCKETS} AS bucket, s.kind, s.status, count(*) AS n
        FROM dashboards_subject AS s GROUP BY 1, 2, 3""",  # noqa: S608 - constants
    ),
    Figure(
        "dashboards_day",
        ("bucket", "day", "currency"),
        ("sales", "gross", "refunded", "commission"),
        f"""SELECT {sql.BUCKETS} AS bucket, d.day, s.currency, sum(d.sales) AS sales, sum(d.gross) AS gross,
            sum(d.refunded) AS refunded, sum(d.commission) AS commission
        FROM dashboards_subject AS s, jsonb_to_recordset(s.days) AS d {_DAYS} GROUP BY 1, 2, 3""",  # noqa: S608
    ),
    Figure(
        "dashboards_product",
        ("bucket", "currency", "ref"),
        ("quantity", "amount"),
        f"""SELECT {sql.BUCKETS} AS bucket, s.currency, p.ref COLLATE "C" AS ref, sum(p.quantity) AS quantity,
            sum(p.amount) AS amount, max(p.title) AS title
        FROM dashboards_subject AS s, jsonb_to_recordset(s.products) AS p {_PRODUCTS} GROUP BY 1, 2, 3""",  # noqa: S608
        ("title",),
    ),
    Figure(
        "dashboards_best",
        ("bucket", "days", "currency", "ref"),
        ("quantity", "amount"),
        f"""SELECT {sql.BUCKETS} AS bucket, n.days, s.currency, p.ref COLLATE "C" AS ref,
            sum(p.quantity) AS quantity, sum(p.amount) AS amount, max(p.title) AS title
        FROM dashboards_window AS w, unnest(ARRAY{list(SPANS)}) AS n (days), dashboards_subject AS s,
            jsonb_to_recordset(s.products) AS p {_PRODUCTS}
        WHERE s.day > w.day - n.days AND s.day <= w.day GROUP BY 1, 2, 3, 4""",  # noqa: S608
        ("title",),
    ),
)


@dataclass(frozen=True, slots=True)
class Recount:
    """What a recount found: things looked at by kind, how many differed, figures that differed by table.

    `examples` are some of those things. Of what `waiting` deliveries tell, the figures know nothing yet.
    """

    checked: dict[str, int]
    things: int
    examples: list[str]
    figures: dict[str, int]
    waiting: int

    @property
    def equal(self) -> bool:
        """Tell whether nothing differed."""
        return not self.things and not any(self.figures.values())


def recount(progress: Progress = lambda kind, done: None) -> Recount:  # noqa: ARG005 - the shape of a Progress
    """Bring everything to what a recount finds, while events go on; return what differed."""
    checked, things, examples = _walk(lambda refs: app.db.retrying(partial(keep, refs)), progress)
    with app.db.atomic():
        moving.alone()
        app.db.execute_sql("LOCK TABLE dashboards_subject IN SHARE ROW EXCLUSIVE MODE")
        figures = {each.table: len(app.db.rows(each.mending())) for each in FIGURES}
    return Recount(checked, things, examples, figures, _waiting())


def check(progress: Progress = lambda kind, done: None) -> Recount:  # noqa: ARG005 - the shape of a Progress
    """Say what a recount would change, all as of one moment; write nothing."""
    with app.db.snapshot():
        checked, things, examples = _walk(_differing, progress)
        figures = {each.table: _number(each.differing()) for each in FIGURES}
        return Recount(checked, things, examples, figures, _waiting())


def _walk(
    look: Callable[[list[str]], list[str]], progress: Progress
) -> tuple[dict[str, int], int, list[str]]:
    """Look at every thing in batches; return how many there are by kind, how many differed, some of those."""
    checked: dict[str, int] = {}
    things = 0
    examples: list[str] = []
    for source in app.service(Sources):
        checked[source.kind] = 0
        for refs in _batches(source):
            found = look(refs)
            things += len(found)
            examples += found[: EXAMPLES - len(examples)]
            checked[source.kind] += len(refs)
            progress(source.kind, checked[source.kind])
    return checked, things, examples


def _differing(refs: list[str]) -> list[str]:
    now, known = current(refs), stored(refs)
    return [ref for ref in refs if now.get(ref) != known.get(ref)]


def _waiting() -> int:
    depth = app.bus.operations.depth()
    return sum(n for name, n in depth.items() if name.startswith("dashboards."))


def _number(query: str) -> int:
    [(number,)] = app.db.rows(f"SELECT count(*) FROM ({query}) AS d")  # noqa: S608 - constants
    return int(number)


def _batches(source: Source) -> Iterator[list[str]]:
    """Yield the refs of a kind in order: those its owner has, and with them those only the figures know."""
    after, end = f"{source.kind}:", f"{source.kind};"  # `;` is what follows `:`
    while True:
        refs = [f"{source.kind}:{each}" for each in source.ids(id_of(after), BATCH)]
        last = refs[-1] if len(refs) == BATCH else end
        yield sorted({*refs, *_known(after, last)})
        if last == end:
            return
        after = last


def _known(after: str, before: str) -> Iterator[str]:
    while True:
        values = {"after": after, "before": before, "limit": BATCH}
        refs = [ref for (ref,) in app.db.rows(sql.BETWEEN, values)]
        yield from refs
        if len(refs) < BATCH:
            return
        after = refs[-1]
