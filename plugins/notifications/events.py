"""What other plugins may learn of messages."""

from __future__ import annotations

from uuid import UUID

from kernel import event


@event("notifications.notification.created", version=1, key="user_id")
class NotificationCreated:
    """Somebody has a new notification in the application; its text is read through the API."""

    notification_id: UUID
    user_id: UUID
    type: str


@event("notifications.inbox.read", version=1, key="user_id")
class InboxRead:
    """Somebody's number of unread notifications fell, on one of their devices."""

    user_id: UUID
    unread: int


EVENTS = (NotificationCreated, InboxRead)
