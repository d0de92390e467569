"""The devices people get push on: registered by the application, gone with the session.

A device belongs to whoever registered its token last, and to the session that
did. Whether that session was ended, and whether the account may be used, is
asked when a message is made and again when it goes out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from kernel import NotFound, Principal, app, invalid, uuid7
from plugins.notifications.models import Delivery, Device
from plugins.notifications.ports import PushProvider
from plugins.notifications.providers import DeliveryProviders
from plugins.notifications.services import deliveries
from plugins.notifications.settings import NotificationsSettings

_CHUNK: Final = 1000
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('notifications_device ' || %s, 0))"
_REGISTER: Final = """
INSERT INTO notifications_device AS known
    (id, created_at, updated_at, user_id, session_id, provider, token, keys, platform, app_version, locale,
     registered_at, expires_at)
VALUES
    (%(id)s, %(now)s, %(now)s, %(user_id)s, %(session_id)s, %(provider)s, %(token)s, %(keys)s::jsonb,
     %(platform)s, %(app_version)s, %(locale)s, %(now)s, %(expires_at)s)
ON CONFLICT (provider, token) DO UPDATE SET
    id = CASE WHEN known.user_id = excluded.user_id THEN known.id ELSE excluded.id END,
    created_at = CASE WHEN known.user_id = excluded.user_id THEN known.created_at ELSE %(now)s END,
    updated_at = excluded.updated_at, user_id = excluded.user_id, session_id = excluded.session_id,
    keys = excluded.keys, platform = excluded.platform, app_version = excluded.app_version,
    locale = excluded.locale, registered_at = excluded.registered_at, expires_at = excluded.expires_at
RETURNING id
"""
# SKIP LOCKED: one that another person is taking over just now leaves anyway, and waiting could deadlock
_MAKE_ROOM: Final = """
DELETE FROM notifications_device WHERE id = ANY(ARRAY(
    SELECT id FROM notifications_device WHERE user_id = %(user_id)s
    ORDER BY registered_at DESC, id DESC OFFSET %(kept)s FOR UPDATE SKIP LOCKED))
"""
_OLD: Final = """
DELETE FROM notifications_device WHERE id = ANY(ARRAY(
    SELECT id FROM notifications_device
    WHERE registered_at < %(stale)s OR expires_at <= %(now)s LIMIT %(limit)s))
"""
_AFTER: Final = """
SELECT id, session_id FROM notifications_device
WHERE session_id IS NOT NULL AND id > %s ORDER BY id LIMIT %s
"""


def register(
    principal: Principal, provider: str, token: str, keys: Mapping[str, str], **about: Any
) -> Device:
    """Register or renew a device of the caller's; raise Invalid naming what is wrong with it.

    `about` is platform, app_version, locale and expires_at. A token that was
    another person's is theirs no more.
    """
    _checked(provider, token, keys)
    now = app.clock.now()
    if about["expires_at"] is not None and about["expires_at"] <= now:
        raise invalid("/subscription/expirationTime", "It has expired: subscribe again.")
    values = {
        "id": uuid7(), "now": now, "user_id": principal.id, "session_id": principal.session_id,
        "provider": provider, "token": token, "keys": orjson.dumps(dict(keys)).decode(), **about,
    }  # fmt: skip
    kept = app.settings.of(NotificationsSettings).max_devices
    with app.db.atomic():
        app.db.execute_sql(_LOCK, (str(principal.id),))
        [(id_,)] = app.db.rows(_REGISTER, values)
        app.db.execute_sql(_MAKE_ROOM, {"user_id": principal.id, "kept": kept})
        made: Device = Device.get_by_id(id_)
        return made


def _checked(provider: str, token: str, keys: Mapping[str, str]) -> None:
    offered = app.service(DeliveryProviders).push
    if provider not in offered:
        known = f"; there is {', '.join(offered)}" if offered else ""
        raise invalid("/provider", f"There is no such push service here{known}.")
    port: PushProvider = app.service(PushProvider, provider)  # type: ignore[type-abstract]  # mypy #4717
    port.check(token, keys)


def remove(user_id: UUID, id: UUID) -> None:
    """Send nothing more to a device; raise NotFound for an unknown one and another's."""
    if not Device.delete().where(Device.id == id, Device.user_id == user_id).execute():
        raise NotFound


def of_many(user_ids: Collection[UUID]) -> dict[UUID, list[Device]]:
    """Return the devices people may get push on now, the latest registered first of each."""
    if not user_ids:
        return {}
    theirs = Device.select().where(Device.user_id.in_(list(user_ids))).order_by(Device.registered_at.desc())
    found: dict[UUID, list[Device]] = {}
    for one in _usable(list(theirs)):
        found.setdefault(one.user_id, []).append(one)
    return found


def reachable(claimed: Sequence[Delivery]) -> dict[UUID, Device]:
    """Return the devices of deliveries, by delivery; suppress those whose device is out of reach."""
    wanted = {one.device_id for one in claimed if one.device_id}
    if not wanted:
        return {}
    usable = {one.id: one for one in _usable(list(Device.select().where(Device.id.in_(wanted))))}
    for delivery in claimed:
        if delivery.device_id and delivery.device_id not in usable:
            deliveries.suppressed(delivery, "the device is signed out or gone")
    return {one.id: usable[one.device_id] for one in claimed if one.device_id in usable}


def _usable(found: Iterable[Device]) -> list[Device]:
    """Return those that have not expired, whose session nobody ended and whose account is active."""
    now = app.clock.now()
    rows = [one for one in found if one.expires_at is None or one.expires_at > now]
    alive = app.auth.unrevoked_sessions({one.session_id for one in rows if one.session_id})
    standing = app.auth.statuses({one.user_id for one in rows}) if rows else {}
    barred = {id_ for id_, held in standing.items() if held.status != "active"}
    return [
        one for one in rows
        if (one.session_id is None or one.session_id in alive) and one.user_id not in barred
    ]  # fmt: skip


def forget(device: Device) -> None:
    """Delete a device whose service says it is gone, unless it was registered again meanwhile."""
    Device.delete().where(Device.id == device.id, Device.registered_at == device.registered_at).execute()


def purge() -> int:
    """Delete devices that nobody renews, that expired, or whose session was ended; return how many."""
    now = app.clock.now()
    stale = now - timedelta(days=app.settings.of(NotificationsSettings).device_days)
    gone, count = 0, _CHUNK
    while count == _CHUNK:
        count = int(app.db.execute_sql(_OLD, {"stale": stale, "now": now, "limit": _CHUNK}).rowcount)
        gone += count
    return gone + _purge_signed_out()


def _purge_signed_out() -> int:
    last, gone = UUID(int=0), 0
    while rows := app.db.rows(_AFTER, (last, _CHUNK)):
        last = rows[-1][0]
        alive = app.auth.unrevoked_sessions({session for _, session in rows})
        dead = [session for _, session in rows if session not in alive]
        gone += int(Device.delete().where(Device.session_id.in_(dead)).execute()) if dead else 0
    return gone


def moment(milliseconds: int | None) -> datetime | None:
    """Return the moment a subscription ends, as browsers give it; None when it does not."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
