"""Preferences and privacy settings, their defaults filled in."""

from __future__ import annotations

from typing import Any, Final

from plugins.accounts.models import User

PREFERENCES: Final = {"theme": "system", "language": "en", "timezone": "UTC"}
PRIVACY: Final = {
    "last_seen": "everyone", "photo": "everyone", "bio": "everyone", "read_receipts": "everyone",
}  # fmt: skip


def preferences_of(user: User) -> dict[str, Any]:
    """Return the preferences, defaults filled in."""
    return {**PREFERENCES, **user.preferences}


def privacy_of(user: User) -> dict[str, str]:
    """Return who sees what, defaults filled in."""
    return {**PRIVACY, **user.privacy}
