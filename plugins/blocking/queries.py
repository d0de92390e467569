"""Read paths: one's list, and who is blocked from whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from peewee import fn

from kernel import Page, app, paginate
from plugins.accounts import api as accounts
from plugins.blocking.models import Block

Pair = tuple[UUID, UUID]

_KEPT = 300.0  # seconds
_AMONG = """
SELECT blocked_id FROM blocking_block WHERE blocker_id = %(user)s AND blocked_id = ANY(%(others)s::uuid[])
UNION
SELECT blocker_id FROM blocking_block WHERE blocked_id = %(user)s AND blocker_id = ANY(%(others)s::uuid[])
"""
_ALL = """
SELECT blocked_id FROM blocking_block WHERE blocker_id = %(user)s
UNION
SELECT blocker_id FROM blocking_block WHERE blocked_id = %(user)s
"""
_PAIRS = """
WITH p (a, b) AS (SELECT * FROM unnest(%(first)s::uuid[], %(second)s::uuid[]))
SELECT a, b FROM p JOIN blocking_block AS k ON k.blocker_id = a AND k.blocked_id = b
UNION
SELECT a, b FROM p JOIN blocking_block AS k ON k.blocker_id = b AND k.blocked_id = a
"""


def one(blocker_id: UUID, blocked_id: UUID) -> Block | None:
    """Return the block of one by the other, if there is one."""
    found: Block | None = Block.get_or_none(Block.blocker_id == blocker_id, Block.blocked_id == blocked_id)
    return found


def page(blocker_id: UUID, cursor: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of whom somebody blocks, the latest first: two statements."""
    mine = Block.select().where(Block.blocker_id == blocker_id)
    found = paginate(mine, (Block.id.desc(),), cursor=cursor, limit=limit)
    return Page(shown(blocker_id, found.items), found.next)


def shown(viewer_id: UUID, blocks: Collection[Block]) -> list[dict[str, Any]]:
    """Return blocks with the cards of the people: one statement for any number."""
    cards = accounts.user_cards([each.blocked_id for each in blocks], viewer_id)
    return [
        {"user": cards[each.blocked_id], "blocked_at": each.created_at}
        for each in blocks
        if each.blocked_id in cards
    ]


def is_blocked(first_id: UUID, second_id: UUID) -> bool:
    """Say whether one of the two blocks the other."""
    return bool(blocked_among(first_id, [second_id]))


def blocked_among(user_id: UUID, others: Iterable[UUID]) -> set[UUID]:
    """Return those of `others` who block somebody or whom they block: one statement."""
    asked = set(others) - {user_id}
    rows = app.db.rows(_AMONG, {"user": user_id, "others": list(asked)}) if asked else []
    return {each for (each,) in rows}


def blocked_pairs(pairs: Collection[Pair]) -> set[Pair]:
    """Return those of `pairs` with a block between them, as they were given: one statement."""
    if not pairs:
        return set()
    first, second = zip(*pairs, strict=True)
    return set(app.db.rows(_PAIRS, {"first": list(first), "second": list(second)}))


def hidden_from(user_id: UUID) -> set[UUID]:
    """Return everybody who blocks somebody or whom they block: one statement, or none.

    PERF: every page of a list asks for this, so it is kept; a block or its end drops it (`changed`).
    """
    kept = app.cache.get_or_set(f"blocking:apart:{user_id}", lambda: _apart(user_id), _KEPT, [_tag(user_id)])
    return set(map(UUID, kept))


def changed(*people: UUID) -> None:
    """Drop what is kept about these people when the transaction commits."""
    app.db.on_commit(lambda: app.cache.invalidate_tags(map(_tag, people)))


def _apart(user_id: UUID) -> list[str]:
    return [str(each) for (each,) in app.db.rows(_ALL, {"user": user_id})]


def _tag(user_id: UUID) -> str:
    return f"blocking:{user_id}"


def blockers_of(user_id: UUID) -> set[UUID]:
    """Return everybody who blocks somebody: one statement."""
    return {row.blocker_id for row in Block.select(Block.blocker_id).where(Block.blocked_id == user_id)}


def where_not_blocked(column: Any, viewer_id: UUID) -> Any:
    """Return the condition that no block stands between a viewer and the person of a column."""
    one_way = (Block.blocker_id == viewer_id) & (Block.blocked_id == column)
    other_way = (Block.blocked_id == viewer_id) & (Block.blocker_id == column)
    return ~fn.EXISTS(Block.select(Block.id).where(one_way)) & ~fn.EXISTS(
        Block.select(Block.id).where(other_way)
    )


def export(user_id: UUID) -> dict[str, Any]:
    """Return whom somebody blocks; who blocks them is the others' to know."""
    rows = Block.select().where(Block.blocker_id == user_id).order_by(Block.id)
    return {"blocked": [{"user_id": row.blocked_id, "since": row.created_at} for row in rows]}
