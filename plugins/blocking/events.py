"""What happens between people who block each other.

The key is who blocks. For what must take effect at once, subscribe inline: it
runs in the transaction that changes the block, which holds the pair's lock.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel import event


@event("blocking.user.blocked", version=1, key="blocker_id")
class UserBlocked:
    """Somebody blocked somebody; the effect is on both."""

    blocker_id: UUID
    blocked_id: UUID


@event("blocking.user.unblocked", version=1, key="blocker_id")
class UserUnblocked:
    """Somebody took a block back; the other one's, if there is one, still stands."""

    blocker_id: UUID
    blocked_id: UUID


EVENTS: Final = (UserBlocked, UserUnblocked)
