"""What other plugins may use of blocking."""

from __future__ import annotations

from plugins.blocking.events import UserBlocked, UserUnblocked
from plugins.blocking.problems import Blocked
from plugins.blocking.queries import blocked_among, blocked_pairs, hidden_from, is_blocked, where_not_blocked
from plugins.blocking.services import block, kept_apart, require_not_blocked, unblock

__all__ = [
    "Blocked",
    "UserBlocked",
    "UserUnblocked",
    "block",
    "blocked_among",
    "blocked_pairs",
    "hidden_from",
    "is_blocked",
    "kept_apart",
    "require_not_blocked",
    "unblock",
    "where_not_blocked",
]
