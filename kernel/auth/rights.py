"""Changes of rights, counted, so that an event can say which came before it.

A change reaches every process by NOTIFY, with its commit. What is sent after it
may come by a quicker way: by a process's own commit, by Redis, by a SELECT. So
after the commit, and before whoever made the change is answered, `kernel_rights`
is raised and the new number announced. PostgreSQL announces in the order of
commits: who has heard a number has heard of every change that was committed
before it was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kernel.storage import Database

CHANNEL: Final = "stoa_rights"


@dataclass(frozen=True, slots=True)
class _Raise:
    """What is done after the commit; equal for one database, so that it is done once."""

    db: Database

    def __call__(self) -> None:
        self.db.execute_sql("SELECT pg_notify(%s, nextval('kernel_rights')::text)", (CHANNEL,))


def raise_rights(db: Database) -> None:
    """Count the changes of a transaction once it is committed, before its caller goes on.

    One statement, however many changes there were.
    """
    once = _Raise(db)
    if once not in db.commit_callbacks():
        db.on_commit(once)


def announce_rights(db: Database) -> None:
    """Have the present number announced, after all that was committed before."""
    db.execute_sql("SELECT pg_notify(%s, last_value::text) FROM kernel_rights", (CHANNEL,))


def read_rights(db: Database) -> int:
    """Return the present number: to start with, before anybody is asked about rights."""
    [(number,)] = db.rows("SELECT last_value FROM kernel_rights")
    return int(number)
