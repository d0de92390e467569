"""The namespace `/notifications`: that one's list changed, on whichever device."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final
from uuid import UUID

from kernel import Emit, Namespace, Outbound, Principal, RoomFamily
from plugins.notifications.events import InboxRead, NotificationCreated
from plugins.notifications.schemas.responses import CreatedOut, UnreadOut


def _own(caller: Principal, keys: Sequence[str]) -> Collection[str]:
    return [key for key in keys if key == str(caller.id)]


def _automatic(caller: Principal) -> Iterable[str]:
    return [str(caller.id)] if caller.id is not None else []


def _to_owner(event: NotificationCreated | InboxRead) -> Emit:
    return Emit(key=str(event.user_id), data=event)


NAMESPACES: Final = (
    Namespace(
        path="/notifications",
        summary="One's notifications as they come and are read",
        rooms=(
            RoomFamily(
                name="user",
                summary="The list of one account",
                authorise=_own,
                key=UUID,
                automatic=_automatic,
            ),
        ),
        outbound=(
            Outbound(
                name="notification:created",
                summary="There is a new notification; its text is read through the API",
                data=CreatedOut,
                room="user",
                on=NotificationCreated,
                emits=_to_owner,
            ),
            Outbound(
                name="notification:read",
                summary="Some were read, on whichever device",
                data=UnreadOut,
                room="user",
                on=InboxRead,
                emits=_to_owner,
            ),
        ),
    ),
)
