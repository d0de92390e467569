"""What a person's list in the application holds, and how much of it is unread.

The row of `notifications_inbox` is locked before any change of the list, and
its number moves with it in one transaction: it is exact, and reading it does
not count anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel import NotFound, app
from plugins.notifications.events import InboxRead, NotificationCreated
from plugins.notifications.models import Inbox, Notification

_ADD = """
INSERT INTO notifications_inbox AS inbox (id, created_at, updated_at, unread)
VALUES (%(id)s, %(now)s, %(now)s, 1)
ON CONFLICT (id) DO UPDATE SET unread = inbox.unread + 1, updated_at = %(now)s
"""


def add(user_id: UUID, **values: Any) -> UUID:
    """Put a notification on a person's list; in a transaction."""
    app.db.execute_sql(_ADD, {"id": user_id, "now": app.clock.now()})
    made = Notification.create(user_id=user_id, **values)
    app.bus.publish(
        NotificationCreated(notification_id=made.id, user_id=user_id, type=made.type), scope=made.scope
    )
    return UUID(str(made.id))


def mark(user_id: UUID, id: UUID, *, read: bool) -> Notification:
    """Mark one as read or unread; raise NotFound for an unknown one and another's."""
    with app.db.atomic():
        _lock(user_id)
        now = app.clock.now()
        is_other = Notification.read_at.is_null(read)
        changed = (
            Notification.update(read_at=now if read else None).where(_own(user_id, id), is_other).execute()
        )
        _moved(user_id, -changed if read else changed)
        return one(user_id, id)


def mark_read(user_id: UUID, ids: Sequence[UUID] | None) -> int:
    """Mark those of `ids` that are the person's, or all (None), as read; return how many are unread still."""
    with app.db.atomic():
        _lock(user_id)
        which = Notification.user_id == user_id
        if ids is not None:
            which &= Notification.id.in_(list(ids))
        unread = Notification.read_at.is_null()
        changed = Notification.update(read_at=app.clock.now()).where(which, unread).execute()
        return _moved(user_id, -changed)


def delete(user_id: UUID, id: UUID) -> None:
    """Take one off the list; raise NotFound for an unknown one and another's."""
    with app.db.atomic():
        _lock(user_id)
        gone = Notification.delete().where(_own(user_id, id)).returning(Notification.read_at).execute()
        found = list(gone)
        if not found:
            raise NotFound
        _moved(user_id, -1 if found[0].read_at is None else 0)


def unread(user_id: UUID) -> int:
    """Return how many a person has not read, from one row."""
    return Inbox.select(Inbox.unread).where(Inbox.id == user_id).scalar() or 0


def one(user_id: UUID, id: UUID) -> Notification:
    """Return a person's notification; raise NotFound."""
    found: Notification | None = Notification.get_or_none(_own(user_id, id))
    if found is None:
        raise NotFound
    return found


def _own(user_id: UUID, id: UUID) -> Any:
    return (Notification.id == id) & (Notification.user_id == user_id)


def _lock(user_id: UUID) -> None:
    Inbox.select(Inbox.id).where(Inbox.id == user_id).for_update().execute()


def _moved(user_id: UUID, by: int) -> int:
    """Move the number and return it; tell the person's other devices when it fell."""
    if not by:
        return unread(user_id)
    moved = Inbox.update(unread=Inbox.unread + by).where(Inbox.id == user_id).returning(Inbox.unread)
    left: int = next(iter(moved.execute())).unread
    if by < 0:
        app.bus.publish(InboxRead(user_id=user_id, unread=left))
    return left
