"""A guard for what must stay written though its caller fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.errors import StoaError

if TYPE_CHECKING:
    from kernel.storage import Database


def require_no_transaction(db: Database, what: str) -> None:
    """Raise StoaError inside a transaction: its rollback would undo a counted guess or a revocation."""
    if db.in_transaction():
        raise StoaError(f"{what} inside a transaction: a rollback would undo what it records; call it before")
