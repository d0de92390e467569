"""Transactions: what can be reviewed, as the plugins that own them tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel import app

ROLES: Final = ("seller", "buyer")


@dataclass(frozen=True, slots=True)
class Transaction:
    """Something two people did with each other.

    `parties` are the accounts by role: `seller` who provided, `buyer` who paid.
    `completed_at` None: it is not completed, or not any more. `about` are refs of
    what was sold (`listing:<id>`). `scope` None: everybody's.
    """

    ref: str
    parties: Mapping[str, UUID]
    completed_at: datetime | None
    title: str
    scope: str | None = None
    about: Sequence[str] = field(default=())

    def roles_of(self, user_id: UUID) -> tuple[str, str] | None:
        """Return somebody's role in it and the other party's; None when it is not theirs."""
        for mine, other in (ROLES, ROLES[::-1]):
            if self.parties.get(mine) == user_id and other in self.parties:
                return mine, other
        return None


def transaction(ref: str) -> Transaction | None:
    """Return what a ref stands for, asking who knows its kind; None when nobody does."""
    found = app.hooks.first("reviews_transactions", ref=ref)
    return Transaction(**found) if isinstance(found, Mapping) else found
