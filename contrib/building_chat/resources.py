"""Where the conversations of a building are."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from contrib.building_chat import services
from kernel import AUTHENTICATED, NotFound, Request, Response, Route, Schema, endpoint, fields
from plugins.buildings import api as buildings


class RoomsOut(Schema):
    """The conversations of a building."""

    building_id = fields.UUID(required=True)
    group = fields.UUID(required=True, metadata={"description": "Everybody writes."})
    announcements = fields.UUID(required=True, metadata={"description": "Admins write."})


class Rooms:
    """`/v1/building-chats/{building_id}`."""

    @endpoint(
        summary="Find the conversations of a building",
        permission=AUTHENTICATED,
        response=RoomsOut,
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, building_id: UUID) -> Any:
        """For its members; from there on they are conversations like any other."""
        who = req.principal.id
        if who is None or not buildings.is_member(who, building_id):
            raise NotFound
        found = {room.purpose: room.conversation_id for room in services.rooms_of(building_id)}
        if len(found) < len(services.PURPOSES):
            raise NotFound("It has none yet: `manage.py building-chats` opens them.")
        return {"building_id": building_id, **found}


ROUTES: Final = (Route("/building-chats/{building_id:uuid}", Rooms()),)
