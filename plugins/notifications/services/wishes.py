"""What a person wants to receive, how and when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel import FieldError, Invalid, NotFound, app
from plugins.notifications.catalogue import Catalogue
from plugins.notifications.kinds import NotificationType
from plugins.notifications.models import Mute, Wishes

Switches = Mapping[str, Mapping[str, bool]]


def of(user_id: UUID) -> Wishes:
    """Return a person's wishes; the defaults, at version 0, when they have none."""
    found: Wishes | None = Wishes.get_or_none(Wishes.id == user_id)
    return found or Wishes(id=user_id, version=0)


def of_many(user_ids: Iterable[UUID]) -> dict[UUID, Wishes]:
    """Return the wishes of those who have any, in one statement."""
    ids = list(user_ids)
    return {row.id: row for row in Wishes.select().where(Wishes.id.in_(ids))} if ids else {}


def allows(wishes: Wishes, type: NotificationType, channel: str) -> bool:
    """Tell whether a person wants a type on a channel."""
    default = channel not in type.opt_in
    return type.mandatory or bool(wishes.channels.get(type.name, {}).get(channel, default))


def replace(
    user_id: UUID,
    version: int | None,
    *,
    channels: Switches,
    quiet_hours: Mapping[str, Any] | None,
    digest: str,
    digest_hour: int,
) -> Wishes:
    """Store all of a person's wishes; raise Invalid, or PreconditionFailed for another version."""
    kept = _checked(channels)
    with app.db.atomic():
        Wishes.insert(id=user_id, version=0).on_conflict_ignore().execute()
        return Wishes.compare_and_set(
            user_id, version, channels=kept, quiet_hours=quiet_hours, digest=digest, digest_hour=digest_hour
        )


def _checked(channels: Switches) -> dict[str, dict[str, bool]]:
    """Return what differs from the defaults; raise Invalid naming what cannot be switched."""
    catalogue = app.service(Catalogue)
    faults = [
        FieldError(fault, pointer=pointer)
        for name, switches in channels.items()
        for pointer, fault in _faults(catalogue, name, switches)
    ]
    if faults:
        raise Invalid(errors=faults)
    differing = {name: _differing(catalogue.of(name).type, switches) for name, switches in channels.items()}
    return {name: switches for name, switches in differing.items() if switches}


def _differing(type: NotificationType, switches: Mapping[str, bool]) -> dict[str, bool]:
    return {channel: on for channel, on in switches.items() if on == (channel in type.opt_in)}


def _faults(catalogue: Catalogue, name: str, switches: Mapping[str, bool]) -> Iterable[tuple[str, str]]:
    pointer = f"/channels/{name.replace('~', '~0').replace('/', '~1')}"
    if name not in catalogue:
        yield pointer, "There is no such type of notification."
        return
    declared = catalogue.of(name).type
    for channel, on in switches.items():
        if channel not in declared.channels:
            yield f"{pointer}/{channel}", "This type does not use this channel."
        elif declared.mandatory and not on:
            yield f"{pointer}/{channel}", "This type cannot be switched off."


def switch_off(user_id: UUID, type: str, channel: str) -> None:
    """Switch one type off on one channel and leave everything else as it is."""
    with app.db.atomic():
        Wishes.insert(id=user_id, version=0).on_conflict_ignore().execute()
        row = Wishes.select().where(Wishes.id == user_id).for_update().get()
        switches = {**row.channels, type: {**row.channels.get(type, {}), channel: False}}
        Wishes.compare_and_set(user_id, None, channels=switches)


def mute(user_id: UUID, topic: str, until: datetime | None) -> Mute:
    """Send nothing of a topic to a person until a moment, or for good."""
    Mute.insert(user_id=user_id, topic=topic, until=until).on_conflict(
        conflict_target=[Mute.user_id, Mute.topic],
        update={Mute.until: until, Mute.updated_at: app.clock.now()},
    ).execute()
    found: Mute = Mute.get(Mute.user_id == user_id, Mute.topic == topic)
    return found


def unmute(user_id: UUID, topic: str) -> None:
    """Send of a topic again; raise NotFound when it was not muted."""
    if not Mute.delete().where(Mute.user_id == user_id, Mute.topic == topic).execute():
        raise NotFound


def muted(user_ids: Collection[UUID], topics: Collection[str]) -> set[tuple[UUID, str]]:
    """Return who of these people has muted which of these topics now, in one statement."""
    if not user_ids or not topics:
        return set()
    holds = Mute.until.is_null() | (Mute.until > app.clock.now())
    found = Mute.select().where(Mute.user_id.in_(list(user_ids)), Mute.topic.in_(list(topics)), holds)
    return {(row.user_id, row.topic) for row in found}
