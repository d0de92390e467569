"""What people say about themselves, how they want Stoa to look, and who sees what."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from kernel import app
from plugins.accounts.addresses import folded
from plugins.accounts.events import ProfileUpdated, StatusChanged
from plugins.accounts.models import User
from plugins.accounts.services import people

MAX_URL = 2000


def is_picture(url: str) -> bool:
    """Say whether a URL may be shown as a picture: https, or a file of this product."""
    parts = urlsplit(url)
    local = not parts.scheme and not parts.netloc and url.startswith("/v1/")
    return len(url) <= MAX_URL and (local or (parts.scheme == "https" and bool(parts.hostname)))


def update(user_id: UUID, version: int | None, changes: dict[str, Any]) -> User:
    """Change fields of the profile; `preferences` and `privacy` are merged key by key.

    `version` is the one the editor saw (412 when it is another now), None for
    any. Raises NotFound or PreconditionFailed.
    """
    columns = dict(changes)
    if "name" in columns:
        columns["name_key"] = folded(columns["name"])
    with app.db.atomic():
        for setting in ("preferences", "privacy"):
            if setting in columns:
                field = getattr(User, setting)
                columns[setting] = field.concat(columns[setting])
        user = User.compare_and_set(user_id, version, User.deleted_at.is_null(), **columns)
        app.bus.publish(ProfileUpdated(user_id=user_id, fields=sorted(changes)))
        return user


def deactivate(user_id: UUID) -> None:
    """Hide the account and sign it out everywhere until its owner signs in again."""
    with app.db.atomic():
        people.by_id(user_id)
        User.update(deactivated_at=app.clock.now()).where(User.id == user_id).execute()
        app.auth.revoke_all(user_id)
        app.bus.publish(StatusChanged(user_id=user_id, status="deactivated", changed_by=user_id))
