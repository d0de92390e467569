"""What must hold of the market whatever broke: questions to the database and to what people were told.

They count anew from the rows that were written first (entries, lines, messages),
not from what was derived of them, so that both would have to be wrong in the
same way to pass.
"""

from __future__ import annotations

from typing import Final

from tests.faults.market.invariants import files, money, talk, trade, work
from tests.faults.market.invariants.evidence import Evidence, Invariant

__all__ = ["INVARIANTS", "Evidence", "broken"]

INVARIANTS: Final[dict[str, Invariant]] = {
    each.__name__: each
    for each in (
        work.answers, work.accounts, money.ledger, trade.stock, trade.orders, money.captures, money.refunds,
        work.deliveries, work.tasks, work.figures, talk.messages, talk.unread, files.media, files.room,
        files.uses, trade.quotas, trade.bookings, trade.reviews, work.notifications, work.mails,
    )
}  # fmt: skip


def broken(evidence: Evidence) -> dict[str, list[str]]:
    """Return what is wrong by the name of the invariant; empty when all hold."""
    found = {name: list(check(evidence)) for name, check in INVARIANTS.items()}
    return {name: wrong for name, wrong in found.items() if wrong}
