"""A building's conversations: opened with its first member, followed in the transaction of each change.

Callers hold the building's row (its events are heard inline), so one building's
rooms are opened once and change one after the other.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from contrib.building_chat.models import Room
from kernel import Forbidden, app
from plugins.buildings import api as buildings
from plugins.chat import api as chat

PURPOSES: Final = ("group", "announcements")
_REFS: Final = {"group": "building", "announcements": "building_announcements"}
_TITLES: Final = {"group": "{name}", "announcements": "{name}: announcements"}


class AnnouncementsOnly(Forbidden):
    """A building's announcements are written by its admins; answer in its group."""

    type, title = "announcements-only", "Only the building's admins write here"


def rooms_of(building_id: UUID) -> list[Room]:
    """Return a building's rooms as they are, the group first: one statement."""
    return list(Room.select().where(Room.building_id == building_id).order_by(Room.purpose.desc()))


def rooms(building_id: UUID) -> list[Room]:
    """Return a building's rooms; open those that are not there, with everybody who belongs to it."""
    found = {room.purpose: room for room in rooms_of(building_id)}
    missing = [purpose for purpose in PURPOSES if purpose not in found]
    if missing:
        people = buildings.members(building_id)
        for purpose in missing:
            found[purpose] = _opened(building_id, purpose, people)
    return [found[purpose] for purpose in PURPOSES]


def _opened(building_id: UUID, purpose: str, people: Collection[UUID]) -> Room:
    title = _title(building_id, purpose)
    scope = buildings.scope_of(building_id)
    conversation = chat.room_for(f"{_REFS[purpose]}:{building_id}", people, title=title, scope=scope)
    made: Room = Room.create(building_id=building_id, purpose=purpose, conversation_id=conversation)
    if not buildings.settings(building_id).chat:
        chat.close(conversation)
    return made


def _title(building_id: UUID, purpose: str) -> str:
    return _TITLES[purpose].format(name=buildings.cards([building_id])[building_id].name)


def rename(building_id: UUID) -> None:
    """Give both rooms the name their building has now."""
    for room in rooms_of(building_id):
        chat.rename(room.conversation_id, _title(building_id, room.purpose))


def bring_in(building_id: UUID, user_id: UUID) -> None:
    """Put a new member into both rooms."""
    for room in rooms(building_id):
        chat.add_members(room.conversation_id, [user_id])


def let_go(building_id: UUID, user_id: UUID) -> None:
    """Take somebody out of both rooms, on open connections too."""
    for room in rooms_of(building_id):
        chat.remove_member(room.conversation_id, user_id)


def switch(building_id: UUID, *, on: bool) -> None:
    """Open or close both rooms; closed ones are read on."""
    for room in rooms(building_id) if on else rooms_of(building_id):
        (chat.reopen if on else chat.close)(room.conversation_id)


def require_admin(conversation_id: UUID, sender_id: UUID) -> None:
    """Raise AnnouncementsOnly when somebody else than an admin writes into announcements."""
    found = Room.get_or_none(Room.conversation_id == conversation_id, Room.purpose == "announcements")
    if found is not None and not buildings.is_admin(sender_id, found.building_id):
        raise AnnouncementsOnly


def sync() -> int:
    """Open what buildings lack that were there before this plugin was; return how many rooms."""
    before = Room.select().count()
    for building_id in _without_rooms():
        with app.db.atomic():
            rooms(building_id)
    return int(Room.select().count()) - int(before)


def _without_rooms() -> list[UUID]:
    known = {row.building_id for row in Room.select(Room.building_id)}
    return [each for each in buildings.all_ids() if each not in known]
