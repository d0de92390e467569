"""Read paths: lists, and wishes with their defaults filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel import NotFound, Page, app, paginate
from plugins.notifications.catalogue import Catalogue
from plugins.notifications.models import (
    Delivery,
    Device,
    MailboxMessage,
    Mute,
    Notification,
    Suppression,
    Wishes,
)
from plugins.notifications.services import bounces, wishes

Query = Mapping[str, Any]
MAILBOX_PAGE = 200


def notifications(user_id: UUID, query: Query) -> Page[Any]:
    """Return a page of a person's notifications, the newest first."""
    found = Notification.select().where(Notification.user_id == user_id)
    if query["unread"]:
        found = found.where(Notification.read_at.is_null())
    if query["type"]:
        found = found.where(Notification.type == query["type"])
    return _newest_first(found, Notification, query)


def deliveries(query: Query) -> Page[Any]:
    """Return a page of the delivery log, the newest first."""
    found = Delivery.select()
    for name in ("state", "channel", "type", "user_id", "address"):
        if query[name] is not None:
            found = found.where(getattr(Delivery, name) == query[name])
    return _newest_first(found, Delivery, query)


def delivery(id: UUID) -> Delivery:
    """Return one delivery; raise NotFound."""
    found: Delivery | None = Delivery.get_or_none(Delivery.id == id)
    if found is None:
        raise NotFound
    return found


def suppressions(query: Query) -> Page[Any]:
    """Return a page of the suppressed addresses, the latest first."""
    found = Suppression.select()
    if query["address"]:
        found = found.where(Suppression.address == bounces.address_key(query["address"]))
    return _newest_first(found, Suppression, query)


def devices(user_id: UUID, query: Query) -> Page[Any]:
    """Return a page of a person's devices, the latest registered first."""
    found = Device.select().where(Device.user_id == user_id)
    order = (Device.registered_at.desc(), Device.id.desc())
    return paginate(found, order, cursor=query["cursor"], limit=query["limit"])


def mutes(user_id: UUID, query: Query) -> Page[Any]:
    """Return a page of the topics a person mutes now, the latest first."""
    holds = Mute.until.is_null() | (Mute.until > app.clock.now())
    return _newest_first(Mute.select().where(Mute.user_id == user_id, holds), Mute, query)


def preferences(row: Wishes) -> dict[str, Any]:
    """Return wishes as the API shows them."""
    types = list(app.service(Catalogue))
    return {
        "types": [
            {
                "type": one.name,
                "title": one.title,
                "summary": one.summary,
                "channels": list(one.channels),
                "mandatory": one.mandatory,
            }
            for one in types
        ],
        "channels": {
            one.name: {channel: wishes.allows(row, one, channel) for channel in one.channels} for one in types
        },
        "quiet_hours": row.quiet_hours,
        "digest": {"frequency": row.digest, "hour": row.digest_hour},
        "version": row.version,
    }


def mailbox(to: str) -> list[Any]:
    """Return what would have been sent to an address (empty: to anybody), the oldest first."""
    found = MailboxMessage.select().order_by(MailboxMessage.id.desc()).limit(MAILBOX_PAGE)
    if to:
        found = found.where(MailboxMessage.address == to.strip().casefold())
    return list(reversed(list(found)))


def mailbox_message(id: UUID) -> MailboxMessage:
    """Return one message of the mailbox; raise NotFound."""
    found: MailboxMessage | None = MailboxMessage.get_or_none(MailboxMessage.id == id)
    if found is None:
        raise NotFound
    return found


def _newest_first(found: Any, model: Any, query: Query) -> Page[Any]:
    return paginate(found, (model.id.desc(),), cursor=query["cursor"], limit=query["limit"])
