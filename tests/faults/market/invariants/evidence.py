"""What an invariant is asked of: a database, and what people were told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.faults.market.record import Record
from tests.faults.market.stand import Stand


class Evidence:
    """A database (the run's, or a copy of it), and what people were told."""

    def __init__(self, stand: Stand, record: Record, url: str = "") -> None:
        self.stand, self.record, self.url = stand, record, url or stand.url

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """Return rows of the database."""
        return self.stand.rows(sql, *params, url=self.url)

    def command(self, *arguments: str) -> Iterator[str]:
        """Yield what a command of `manage.py` says when it finds something wrong."""
        code, said = self.stand.manage(*arguments, url=self.url)
        if code:
            yield f"manage.py {' '.join(arguments)}: {said.strip()[-1500:]}"


Invariant = Callable[[Evidence], Iterator[str]]
"""Yields what is wrong, nothing when it holds."""
