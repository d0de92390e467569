"""What happens in buildings, brought into their conversations in the same transaction."""

from __future__ import annotations

from typing import Final

from contrib.building_chat import services
from kernel import Delivery, Subscriber
from plugins.buildings.api import (
    BuildingDeleted,
    BuildingUpdated,
    MemberJoined,
    MemberLeft,
    SettingsChanged,
    building_of,
)
from plugins.chat.api import MessageSent


def bring_in(delivery: Delivery) -> None:
    """Put a new member into the rooms."""
    services.bring_in(delivery.event.building_id, delivery.event.user_id)


def let_go(delivery: Delivery) -> None:
    """Take who left out of the rooms."""
    services.let_go(delivery.event.building_id, delivery.event.user_id)


def follow_switch(delivery: Delivery) -> None:
    """Open or close the rooms with the building's switch."""
    if "chat" in delivery.event.fields:
        services.switch(delivery.event.building_id, on=delivery.event.chat)


def follow_name(delivery: Delivery) -> None:
    """Name the rooms as their building."""
    if "name" in delivery.event.fields:
        services.rename(delivery.event.building_id)


def close_rooms(delivery: Delivery) -> None:
    """Close the rooms of a building that is gone."""
    services.switch(delivery.event.building_id, on=False)


def guard_message(delivery: Delivery) -> None:
    """Refuse an announcement of somebody who does not run the building."""
    if delivery.event.sender_id is not None and building_of(delivery.scope) is not None:
        services.require_admin(delivery.event.conversation_id, delivery.event.sender_id)


SUBSCRIBERS: Final = (
    Subscriber(MemberJoined, bring_in, name="building_chat.bring_in", inline=True),
    Subscriber(MemberLeft, let_go, name="building_chat.let_go", inline=True),
    Subscriber(SettingsChanged, follow_switch, name="building_chat.follow_switch", inline=True),
    Subscriber(BuildingUpdated, follow_name, name="building_chat.follow_name", inline=True),
    Subscriber(BuildingDeleted, close_rooms, name="building_chat.close_rooms", inline=True),
    Subscriber(MessageSent, guard_message, name="building_chat.guard_message", inline=True),
)
