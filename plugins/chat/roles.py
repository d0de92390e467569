"""What a person is in a conversation, and what that lets them do.

owner > admin > moderator > member. Who acts on somebody stands above them.
"""

from __future__ import annotations

from typing import Final

ROLES: Final = ("member", "moderator", "admin", "owner")
KINDS: Final = ("direct", "group", "channel", "attached")


def rank(role: str) -> int:
    """Return how high a role stands, 0 for a member; nobody (an empty role) stands at −1."""
    return ROLES.index(role) if role else -1


def at_least(role: str, lowest: str) -> bool:
    """Say whether a role is this one or a higher one."""
    return rank(role) >= rank(lowest)


def above(role: str, other: str) -> bool:
    """Say whether a role stands above another."""
    return rank(role) > rank(other)
