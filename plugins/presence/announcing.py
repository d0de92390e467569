"""Tell every process, at the commit, about whom there is news.

A notification names people and says nothing of the news: who hears it looks at
the rows. So one that comes twice, late or out of order does no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final
from uuid import UUID

from kernel import app

CHANNEL: Final = "stoa_presence"
CHANGED: Final = "changed"
"""Their own state is another."""
RULES: Final = "rules"
"""Who sees them, or whom they see, may be others."""
_MOST = 200  # ids of 37 bytes in a payload of less than 8,000


def announce(kind: str, user_ids: Collection[UUID]) -> None:
    """Say that there is news about people: CHANGED or RULES."""
    ids = sorted(map(str, user_ids))
    for start in range(0, len(ids), _MOST):
        app.db.notify(CHANNEL, f"{kind} {','.join(ids[start : start + _MOST])}")


def read(payload: str) -> tuple[str, Iterator[UUID]]:
    """Return the kind and the people of a payload."""
    kind, _, ids = payload.partition(" ")
    return kind, map(UUID, ids.split(","))
