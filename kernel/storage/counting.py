"""Count the statements a block runs: for tests, metrics and query bounds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from peewee import QueryEvent


@dataclass(slots=True)
class StatementCount:
    """What a block sent to PostgreSQL; BEGIN and COMMIT are not counted."""

    statements: list[str] = field(default_factory=list)
    seconds: float = 0.0
    outer: StatementCount | None = None

    @property
    def count(self) -> int:
        """The number of statements."""
        return len(self.statements)


_current: ContextVar[StatementCount | None] = ContextVar("statement_count", default=None)


@contextmanager
def count_statements() -> Iterator[StatementCount]:
    """Count the statements this greenlet or thread runs inside the block.

    Blocks nest; the outer one counts the inner one's too.
    """
    counted = StatementCount(outer=_current.get())
    token = _current.set(counted)
    try:
        yield counted
    finally:
        _current.reset(token)


def note(event: QueryEvent) -> None:
    """Add a statement to the running counts; a peewee query hook."""
    counted = _current.get()
    while counted is not None:
        counted.statements.append(event.sql)
        counted.seconds += event.duration
        counted = counted.outer
