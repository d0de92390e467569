"""What a person's list in the application holds, and how much of it is unread.

The row of `notifications_inbox` is locked before any change of the list, and
its number moves with it in one transaction: it is exact, and reading it does
not count anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kernel import NotFound, app, uuid7
from kernel.context import bound
from plugins.notifications.events import InboxRead, NotificationCreated
from plugins.notifications.models import Inbox, Notification

# in the order of the ids: two who add for the same people wait for each other, and do not deadlock
_ADD = """
INSERT INTO notifications_inbox AS inbox (id, created_at, updated_at, unread)
SELECT id, %(now)s, %(now)s, count(*) FROM unnest(%(ids)s::uuid[]) AS id GROUP BY id ORDER BY id
ON CONFLICT (id) DO UPDATE SET unread = inbox.unread + excluded.unread, updated_at = %(now)s
"""


def add(notifications: Sequence[tuple[str, Mapping[str, Any]]]) -> list[UUID]:
    """Put notifications on people's lists; in a transaction.

    Each is a correlation id and the notification's columns. Returns their ids in
    the same order.
    """
    if not notifications:
        return []
    rows = [{"id": uuid7(), **values} for _, values in notifications]
    app.db.execute_sql(_ADD, {"ids": [row["user_id"] for row in rows], "now": app.clock.now()})
    Notification.insert_many(rows).execute()
    told = zip(notifications, rows, strict=True)
    for (correlation_id, _), row in sorted(told, key=lambda pair: str(pair[1]["user_id"])):
        with bound(correlation_id):
            created = NotificationCreated(notification_id=row["id"], user_id=row["user_id"], type=row["type"])
            app.bus.publish(created, scope=row.get("scope"))
    return [row["id"] for row in rows]


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
