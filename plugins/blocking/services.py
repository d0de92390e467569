"""Block somebody, take it back, forget somebody; and refuse what a block forbids."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel import NotFound, StoaError, app, invalid
from plugins.accounts import api as accounts
from plugins.blocking import locks, queries
from plugins.blocking.events import UserBlocked, UserUnblocked
from plugins.blocking.models import Block
from plugins.blocking.problems import Blocked, TooManyBlocks
from plugins.blocking.settings import BlockingSettings


def block(blocker_id: UUID, blocked_id: UUID) -> Block:
    """Block somebody; return the block, the old one when there is one already.

    When this commits, nothing that `require_not_blocked` let pass before is
    still to commit. Raises Invalid for oneself, NotFound for nobody's id, and
    TooManyBlocks.
    """
    if blocker_id == blocked_id:
        raise invalid("/user_id", "Name somebody else.")
    if not accounts.exists(blocked_id):
        raise NotFound("There is no such person.")
    with app.db.atomic():
        locks.alone(blocker_id, blocked_id)
        found = queries.one(blocker_id, blocked_id)
        return found or _made(blocker_id, blocked_id)


def _made(blocker_id: UUID, blocked_id: UUID) -> Block:
    most = app.settings.of(BlockingSettings).max_blocks
    if Block.select().where(Block.blocker_id == blocker_id).count() >= most:
        raise TooManyBlocks(f"At most {most}: take one back first.")
    made: Block = Block.create(blocker_id=blocker_id, blocked_id=blocked_id)
    queries.changed(blocker_id, blocked_id)
    app.bus.publish(UserBlocked(blocker_id=blocker_id, blocked_id=blocked_id))
    return made


def unblock(blocker_id: UUID, blocked_id: UUID) -> None:
    """Take a block back; nothing happens when there is none."""
    with app.db.atomic():
        locks.alone(blocker_id, blocked_id)
        gone = Block.delete().where(Block.blocker_id == blocker_id, Block.blocked_id == blocked_id)
        if gone.execute():
            queries.changed(blocker_id, blocked_id)
            app.bus.publish(UserUnblocked(blocker_id=blocker_id, blocked_id=blocked_id))


def kept_apart(user_id: UUID, others: Collection[UUID]) -> set[UUID]:
    """Return those of `others` with a block between them and somebody; it stays so until the commit.

    Call it in the transaction that does what a block would forbid, before its
    writes: a block made meanwhile waits for it. Two statements for any number.
    """
    if not app.db.in_transaction():
        raise StoaError("a block is decided on for a transaction: call this inside db.atomic()")
    asked = set(others) - {user_id}
    if asked:
        locks.shared(user_id, asked)
    return queries.blocked_among(user_id, asked)


def require_not_blocked(first_id: UUID, second_id: UUID) -> None:
    """Raise Blocked (403) when one of the two blocks the other; else keep it so until the commit."""
    if kept_apart(first_id, [second_id]):
        raise Blocked


def forget(user_id: UUID) -> None:
    """Delete every block of and against somebody; a second time changes nothing."""
    gone = Block.delete().where((Block.blocker_id == user_id) | (Block.blocked_id == user_id))
    pairs = gone.returning(Block.blocker_id, Block.blocked_id).tuples().execute()
    queries.changed(*{each for pair in pairs for each in pair})
