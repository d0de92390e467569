"""Which conversations are a building's."""

from __future__ import annotations

from typing import Final

import peewee

from kernel import Model


class Room(Model):
    """A conversation of a building; `purpose` is group or announcements."""

    building_id = peewee.UUIDField()
    purpose = peewee.TextField()
    conversation_id = peewee.UUIDField()

    class Meta:
        table_name = "building_chat_room"


Room.add_index(Room.index(Room.building_id, Room.purpose, unique=True, name="building_chat_room_of"))
Room.add_index(Room.index(Room.conversation_id, unique=True, name="building_chat_room_conversation"))

MODELS: Final = (Room,)
