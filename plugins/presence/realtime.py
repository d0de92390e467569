"""The namespace `/presence`: watch people, tell what one's own device does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from kernel import Caller, Forbidden, Inbound, Invalid, Namespace, Outbound, Principal, RoomFamily, app
from plugins.presence import queries, services
from plugins.presence.callers import person
from plugins.presence.problems import TooManySubscriptions
from plugins.presence.schemas import ActivityIn, OwnOut, PresencesOut, StatusIn, SubscriptionIn
from plugins.presence.watching import Watch


def subscribe(caller: Caller, data: Any) -> Any:
    """Watch people; what is seen of them now is the acknowledgement."""
    viewer_id = person(caller.principal)
    seen = app.service(Watch).subscribe(caller, viewer_id, data["user_ids"])
    return {"items": [queries.item(user_id, view) for user_id, view in seen.items()]}


def unsubscribe(caller: Caller, data: Any) -> None:
    """Watch people no longer."""
    app.service(Watch).unsubscribe(caller.sid, data["user_ids"])


def set_status(caller: Caller, data: Any) -> Any:
    """Set what one shows, as `PUT /v1/presence/me` does."""
    return services.choose(person(caller.principal), data["status"], data["text"], data["until"])


def activity(caller: Caller, data: Any) -> None:
    """Note that the device is used, or left alone."""
    services.report(caller.sid, person(caller.principal), idle=data["idle"])


def connected(caller: Caller) -> None:
    """Count a device that somebody is at."""
    if caller.principal.id is not None:
        services.report(caller.sid, caller.principal.id, idle=False)


def disconnected(caller: Caller, reason: str) -> None:  # noqa: ARG001 - whatever ended it
    """Forget a device and whom it watched."""
    app.service(Watch).gone(caller.sid)
    if caller.principal.id is not None:
        services.forget_device(caller.sid, caller.principal.id)


def _own(caller: Principal, keys: Sequence[str]) -> Collection[str]:
    return [key for key in keys if key == str(caller.id)]


def _automatic(caller: Principal) -> Iterable[str]:
    return [str(caller.id)] if caller.id is not None else []


NAMESPACES: Final = (
    Namespace(
        path="/presence",
        summary="Who is there: only of people one subscribes to, in batches",
        rooms=(
            RoomFamily(
                name="account",
                summary="The devices of one account",
                authorise=_own,
                key=UUID,
                automatic=_automatic,
                durable=False,
            ),
        ),
        inbound=(
            Inbound(
                name="subscribe",
                handler=subscribe,
                summary="Watch people; the acknowledgement is what is seen of them now",
                body=SubscriptionIn,
                ack=PresencesOut,
                errors=(Forbidden, TooManySubscriptions),
            ),
            Inbound(
                name="unsubscribe",
                handler=unsubscribe,
                summary="Watch people no longer",
                body=SubscriptionIn,
            ),
            Inbound(
                name="status:set",
                handler=set_status,
                summary="Set what I show, on all my devices",
                body=StatusIn,
                ack=OwnOut,
                errors=(Forbidden, Invalid),
            ),
            Inbound(
                name="activity",
                handler=activity,
                summary="Say that this device is used, or left alone",
                body=ActivityIn,
                errors=(Forbidden,),
            ),
        ),
        outbound=(
            Outbound(
                name="presence:changed",
                summary="What is seen of people this socket watches is different now",
                data=PresencesOut,
                room="account",
                volatile=True,
            ),
            Outbound(
                name="presence:own",
                summary="Another device, or this one, set what I show",
                data=OwnOut,
                room="account",
                volatile=True,
            ),
        ),
        connected=connected,
        disconnected=disconnected,
    ),
)
