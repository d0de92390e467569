"""CondoMarket's data at a size: the same rows for a seed and a day, written by INSERT … SELECT.

`data/*.sql` draws everything from `generate_series` with hashes of the numbers, so
a row is computed where it is stored. Triggers rest while it is written (the ledger
checks each entry): whether it balances is asked of the ledger afterwards.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernel.application import Application

DATA = Path(__file__).parent / "data"
PER_BUILDING = {
    "people": 20,
    "listings": 100,
    "orders": 200,
    "payouts": 10,
    "requests": 20,
    "resources": 10,
    "bookings": 200,
    "conversations": 20,
    "messages": 200,
    "cases": 20,
    "endpoints": 5,
}
"""How many of each there are for each building."""

CALLERS = ("resident", "building admin", "platform admin")
"""People 0, 1 and 2."""

_COUNTED = ("people", "listings", "orders")
DRAWING, *FILES = sorted(DATA.glob("*.sql"))


class LedgerError(Exception):
    """The ledger that was written does not balance."""


@dataclass(frozen=True)
class Scale:
    """A size: how many buildings, and with them of everything else.

    What belongs to the callers and to their building is as much at every size: a
    product grows by more buildings and people. `growing`: it grows with the rest, to
    10,000 orders of one person and 20,000 of one building.
    """

    buildings: int
    seed: int = 1
    growing: bool = False

    @property
    def numbers(self) -> dict[str, int]:
        """How many there are of what, and one of how many are the callers' and their building's."""
        each = {name: n * self.buildings for name, n in PER_BUILDING.items()}
        parts = (20, 10) if self.growing else (2 * self.buildings, self.buildings)
        return {"buildings": self.buildings, **each, "share": parts[0], "part": parts[1]}

    @property
    def name(self) -> str:
        """What its database and files are called."""
        return f"scale_{self.buildings}_{self.seed}{'_growing' if self.growing else ''}"

    def __str__(self) -> str:
        """Name the size by what it holds most of."""
        told = (f"{self.numbers[name]:,} {name}" for name in _COUNTED)
        return f"{self.buildings:,} buildings, {', '.join(told)}"


def load(application: Application, scale: Scale, moved: Callable[[int, int], None]) -> None:
    """Write the data set into an empty, migrated database and gather its statistics; then check the ledger.

    It is of the beginning of the application's day, so that all runs of a day agree.
    The schema `seed` stays: what the questions are about is found with its functions.
    """
    from plugins.dashboards.services.recounting import recount  # noqa: PLC0415 - the application is booted by now
    from plugins.payments.services.trial import trial_balance  # noqa: PLC0415
    from plugins.reviews.services.reputation import refresh  # noqa: PLC0415
    from plugins.search.api import settle  # noqa: PLC0415

    db = application.db
    now = application.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    values: dict[str, Any] = {**scale.numbers, "seed": scale.seed, "now": now.isoformat()}
    db.execute_sql("SET statement_timeout = 0")
    with db.atomic():
        db.execute_sql("SET LOCAL session_replication_role = replica")
        db.execute_sql("SET LOCAL work_mem = '128MB'")
        for statement in _statements(DRAWING, values):
            db.execute_sql(statement)
        values["reporters"] = _reporters(application)
        statements = [each for file in FILES for each in _statements(file, values)]
        for done, statement in enumerate(statements):
            db.execute_sql(statement)
            moved(done, len(statements) + 1)
        db.execute_sql("DROP TABLE seed.bought, seed.booked, seed.leg, seed.reporter")
    settle()
    db.execute_sql("VACUUM (ANALYZE)")
    db.execute_sql("RESET statement_timeout")
    refresh()
    recount()
    if not (balance := trial_balance())["balanced"]:
        raise LedgerError(str(balance))
    db.release()
    moved(1, 1)


def _statements(file: Path, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the statements of a file, filled in."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("--"))
    for statement in string.Template(text).substitute(values).split(";\n"):
        if statement.strip():
            yield statement.replace("%", "%%")


def _reporters(application: Application) -> str:
    """Return the keys by which moderation recognises reports of the callers; they depend on the secret."""
    from plugins.moderation.audience import reporter_key  # noqa: PLC0415 - the application is booted by now

    callers = application.db.rows("SELECT n, seed.person(n) FROM generate_series(0, 2) AS n")
    return ", ".join(f"({n}, '{reporter_key(person).hex()}')" for n, person in callers)
