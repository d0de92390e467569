"""Who moderates what, and who is nobody in particular."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any
from uuid import UUID

from kernel import Forbidden, Principal, app, where_scope
from plugins.moderation.models import Appeal, Case, Decision
from plugins.moderation.permissions import REVIEW


def person(caller: Principal) -> UUID:
    """Return the account a caller acts for; raise Forbidden when it is a machine's own."""
    if caller.id is None:
        raise Forbidden("This takes an account.")
    return caller.id


def reporter_key(user_id: UUID | str) -> bytes:
    """Return what recognises who reports without naming them: a keyed hash of the account (or the rule)."""
    key = bytes.fromhex(app.secret("moderation:reporters"))[:64]
    return blake2b(str(user_id).encode(), key=key, digest_size=16).digest()


def reviews(caller: Principal, row: Case | Decision) -> bool:
    """Say whether a case or a decision is the caller's to look after: never one about themselves."""
    return caller.can(REVIEW, row.scope or None) and (row.owner_id is None or row.owner_id != caller.id)


def hears(caller: Principal, appeal: Appeal) -> bool:
    """Say whether an appeal is the caller's to look after; who decided may read it."""
    return caller.can(REVIEW, appeal.scope or None) and appeal.appellant_id != caller.id


def where_reviewed(caller: Principal, table: type[Case | Decision], scope: Any = None) -> Any:
    """Return the condition that a row is the caller's to look after.

    `scope` is the column that tells its scope, where the rows come from another table.
    """
    another = table.owner_id.is_null() | (table.owner_id != caller.id)
    return where_scope(caller, REVIEW, table.scope if scope is None else scope) & another
