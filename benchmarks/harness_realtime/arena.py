"""The namespace `/benchmark`: rooms anybody may be in, and events that fill them.

`say` is what the other servers do too: one volatile event to a room. `post` is
what Stoa's durable rooms do: numbered and stored with the transaction, then sent.
"""

from __future__ import annotations

import time
from typing import Any, Final

from kernel import PUBLIC, Caller, Inbound, Namespace, Outbound, RoomFamily, Schema, app, fields
from kernel.realtime.fanout import BREATH

PATH: Final = "/benchmark"
_PORTION = 50  # broadcasts of a flood before others get their turn


class Saying(Schema):
    """What to tell a room."""

    room = fields.String(required=True)
    number = fields.Integer(required=True)
    text = fields.String(required=True)


class Flood(Schema):
    """How often to tell a room something."""

    room = fields.String(required=True)
    count = fields.Integer(required=True)
    text = fields.String(required=True)


class Said(Schema):
    """What a room was told."""

    number = fields.Integer(required=True)
    text = fields.String(required=True)


def say(caller: Caller, data: dict[str, Any]) -> None:  # noqa: ARG001 - a handler's signature
    """Tell a room, this moment only."""
    app.realtime.emit(PATH, data["room"], "said", {"number": data["number"], "text": data["text"]})


def post(caller: Caller, data: dict[str, Any]) -> None:  # noqa: ARG001
    """Tell a room, for good."""
    with app.db.atomic():
        told = {"number": data["number"], "text": data["text"]}
        app.realtime.publish(PATH, data["room"], "posted", told)


def flood(caller: Caller, data: dict[str, Any]) -> None:  # noqa: ARG001
    """Tell a room much, letting others have their turns."""
    for number in range(data["count"]):
        app.realtime.emit(PATH, data["room"], "said", {"number": number, "text": data["text"]})
        if number % _PORTION == 0:
            time.sleep(BREATH)


def echo(caller: Caller, data: None) -> None:
    """Answer."""


def _anybody(name: str, summary: str, *, durable: bool) -> RoomFamily:
    return RoomFamily(name=name, summary=summary, authorise=lambda _, keys: keys, durable=durable)


def _takes(name: str, handler: Any, body: type[Schema] | None) -> Inbound:
    return Inbound(name=name, handler=handler, summary=f"Do {name}", body=body, permission=PUBLIC)


ARENA: Final = Namespace(
    path=PATH,
    summary="Rooms to fill",
    permission=PUBLIC,
    rooms=(
        _anybody("hall", "What is said is gone", durable=False),
        _anybody("stage", "What is posted stays", durable=True),
    ),
    inbound=(
        _takes("say", say, Saying),
        _takes("post", post, Saying),
        _takes("flood", flood, Flood),
        _takes("echo", echo, None),
    ),
    outbound=(
        Outbound(name="said", summary="Something was said", data=Said, room="hall", volatile=True),
        Outbound(name="posted", summary="Something was posted", data=Said, room="stage"),
    ),
)
