"""What other plugins may use of presence."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from plugins.presence import queries
from plugins.presence.announcing import RULES, announce
from plugins.presence.view import Shown

__all__ = ["Shown", "look_again", "seen", "undisturbed"]


def seen(viewer_id: UUID, user_ids: Collection[UUID]) -> dict[UUID, Shown]:
    """Return what somebody sees of each: three statements for any number.

    `Shown("offline", "", None)` for strangers, for who hides, for who blocks.
    """
    return queries.seen(viewer_id, user_ids)


def undisturbed(user_ids: Collection[UUID]) -> set[UUID]:
    """Return those who asked not to be disturbed, while that holds: one statement."""
    return queries.undisturbed(user_ids)


def look_again(user_ids: Collection[UUID]) -> None:
    """Say that who sees these people, or whom they see, may have changed: contacts, blocks.

    Takes effect on open connections with the caller's commit.
    """
    announce(RULES, user_ids)
