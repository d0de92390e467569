"""What grows old, and what goes with an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from kernel import app
from plugins.notifications.models import (
    Delivery,
    Device,
    Inbox,
    Message,
    Mute,
    Notification,
    Suppression,
    Wishes,
)
from plugins.notifications.services import bounces, devices
from plugins.notifications.settings import NotificationsSettings

_CHUNK: Final = 5000
_PURGE: Final = (
    "DELETE FROM {table} WHERE id = ANY(ARRAY(SELECT id FROM {table} WHERE {old} LIMIT %(limit)s))"
)
_OLD: Final = {
    "notifications_delivery": "finished_at < %(before)s",
    "notifications_notification": "read_at < %(before)s",
    "notifications_message": "due_at IS NULL AND created_at < %(before)s",
    "notifications_mute": "until < %(before)s",
}


def purge() -> int:
    """Delete what is older than `[notifications] retention_days`, and dead devices; return how many rows."""
    days = app.settings.of(NotificationsSettings).retention_days
    values = {"before": app.clock.now() - timedelta(days=days), "limit": _CHUNK}
    total = 0
    for table, old in _OLD.items():
        statement = _PURGE.format(table=table, old=old)
        count = _CHUNK
        while count == _CHUNK:
            count = int(app.db.execute_sql(statement, values).rowcount)
            total += count
    return total + devices.purge()


def export_own(user_id: UUID) -> Mapping[str, Any]:
    """Return what is stored about a person."""
    shown = (
        Delivery.type, Delivery.channel, Delivery.address, Delivery.subject, Delivery.state,
        Delivery.created_at, Delivery.finished_at,
    )  # fmt: skip
    registered = (
        Device.provider, Device.token, Device.platform, Device.app_version, Device.locale,
        Device.created_at, Device.registered_at, Device.expires_at,
    )  # fmt: skip
    return {
        "notifications": list(Notification.select().where(Notification.user_id == user_id).dicts()),
        "deliveries": list(Delivery.select(*shown).where(Delivery.user_id == user_id).dicts()),
        "devices": list(Device.select(*registered).where(Device.user_id == user_id).dicts()),
        "preferences": list(Wishes.select().where(Wishes.id == user_id).dicts()),
        "mutes": list(Mute.select(Mute.topic, Mute.until).where(Mute.user_id == user_id).dicts()),
    }


def erase_own(user_id: UUID) -> None:
    """Erase a person's notifications and wishes; empty their deliveries and those to their addresses.

    Mail already asked for to an address (the good-bye to a deleted account) still goes out.
    """
    recipient = app.hooks.first("notifications_recipient", user_id=user_id)
    for table in (Notification, Mute, Message, Device):
        table.delete().where(table.user_id == user_id).execute()
    Inbox.delete().where(Inbox.id == user_id).execute()
    Wishes.delete().where(Wishes.id == user_id).execute()
    _empty(Delivery.user_id == user_id)
    addresses = [address for address in (recipient.email, recipient.phone) if address] if recipient else []
    if addresses:
        _empty(Delivery.address.in_(addresses) & Delivery.finished_at.is_null(False))
        keys = [bounces.address_key(address) for address in addresses]
        Suppression.delete().where(Suppression.address.in_(keys)).execute()


def _empty(which: Any) -> None:
    """Take what is personal out of deliveries, and stop those that wait."""
    erased = {"address": "", "subject": "", "content": None, "user_id": None, "notification_id": None}
    waiting = Delivery.state.in_(["queued", "held", "sending"])
    stopped = {"state": "suppressed", "reason": "erased", "finished_at": app.clock.now()}
    Delivery.update(**stopped).where(which, waiting).execute()
    Delivery.update(**erased).where(which).execute()
