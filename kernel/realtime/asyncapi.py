"""The AsyncAPI 3.0 document: what goes over the sockets, from the declarations.

A channel is a namespace, a message an event's one argument. What a client sends
is an operation to `receive`, its acknowledgement the reply; what the server
sends is an operation to `send`. The second argument of an event of a stream
(`{room, epoch, seq}`) stands as the message's headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from apispec import APISpec
from marshmallow import Schema

from kernel.http.endpoint import AUTHENTICATED, OPEN
from kernel.http.openapi import PROBLEM, Schemas
from kernel.realtime.declarations import Inbound, Namespace, Outbound
from kernel.realtime.own_events import (
    AuthenticateBody,
    Closing,
    Expelled,
    JoinBody,
    LeaveBody,
    Reconnect,
    RecoverBody,
    RoomStates,
)
from kernel.realtime.settings import RealtimeSettings

_PLACE: Final = {
    "type": "object",
    "description": "The second argument of an event of a stream: where it stands.",
    "required": ["room", "epoch", "seq"],
    "properties": {
        "room": {"type": "string", "description": "The room's name, `<family>:<key>`."},
        "epoch": {"type": "string", "description": "The stream's name; under another, numbers begin anew."},
        "seq": {"type": "integer", "minimum": 1, "description": "The event's number, without gaps."},
    },
}
RECEIVED: Final[tuple[tuple[str, type[Schema], type[Schema] | None, str], ...]] = (
    ("join", JoinBody, RoomStates, "Enter a room"),
    ("leave", LeaveBody, None, "Leave a room"),
    ("recover", RecoverBody, RoomStates, "Get what was missed"),
    ("authenticate", AuthenticateBody, None, "Renew the access token"),
)
SENT: Final[tuple[tuple[str, type[Schema], str], ...]] = (
    ("rooms", RoomStates, "The rooms the socket is in, after CONNECT and when it is put into others"),
    ("expelled", Expelled, "The socket was taken out of a room"),
    ("reconnect", Reconnect, "The server stops; come back in a while"),
    ("closing", Closing, "The connection is about to be closed"),
)
_ABOUT: Final = (
    "Socket.IO (protocol 5, over Engine.IO 4). Join a namespace with `auth: {token, positions}`. "
    "An event has one argument; an acknowledgement is `{ok: true, data}` or `{ok: false, error}`, where "
    "`error` is a problem document (RFC 9457). Apply an event of a stream if its `seq` is the last plus "
    "one, ignore it if it is not larger than the last, else emit `recover`."
)


def asyncapi_document(
    namespaces: Sequence[Namespace], settings: RealtimeSettings, *, title: str, host: str, version: str = "1"
) -> dict[str, Any]:
    """Return the whole document as JSON-able data."""
    return _Writer(settings).document(namespaces, title, host, version)


class _Writer:
    """Collects the messages and schemas of one document."""

    def __init__(self, settings: RealtimeSettings) -> None:
        self._settings = settings
        self._spec = APISpec(title="", version="", openapi_version="3.1.0", plugins=[Schemas()])
        self._spec.components.schema("Problem", PROBLEM)
        self._messages: dict[str, Any] = {}
        self._operations: dict[str, Any] = {}

    def document(
        self, namespaces: Sequence[Namespace], title: str, host: str, version: str
    ) -> dict[str, Any]:
        channels = {one.path[1:]: self._channel(one) for one in sorted(namespaces, key=lambda one: one.path)}
        written: dict[str, Any] = self._spec.to_dict()
        return {
            "asyncapi": "3.0.0",
            "info": {"title": title, "version": version, "description": _ABOUT},
            "defaultContentType": "application/json",
            "servers": {
                "api": {
                    "host": host,
                    "pathname": self._settings.path,
                    "protocol": "wss",
                    "description": "The API's own address, by WebSocket or long polling.",
                    "security": [{"$ref": "#/components/securitySchemes/token"}],
                }
            },
            "channels": channels,
            "operations": self._operations,
            "components": {
                "schemas": written["components"]["schemas"],
                "messages": self._messages,
                "securitySchemes": {"token": _TOKEN},
            },
        }

    def _channel(self, namespace: Namespace) -> dict[str, Any]:
        key = namespace.path[1:]
        names = [*self._received(namespace, key), *self._sent(namespace, key)]
        return {
            "address": namespace.path,
            "title": namespace.summary,
            "description": _description(namespace),
            "messages": {name: {"$ref": f"#/components/messages/{key}.{name}"} for name in names},
            "bindings": {"ws": {"query": _QUERY, "bindingVersion": "0.1.0"}},
        }

    def _received(self, namespace: Namespace, key: str) -> Iterator[str]:
        own = (
            Inbound(name=name, handler=print, summary=summary, body=body, ack=ack)
            for name, body, ack, summary in RECEIVED
        )
        for one in (*namespace.inbound, *own):
            name, answer = _key(one.name), f"{_key(one.name)}.ack"
            self._message(key, name, one.name, one.summary, _payload(one.body))
            self._message(key, answer, one.name, f"The answer to {one.name}", _answer(one.ack))
            self._operations[f"{key}.{name}"] = {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{key}"},
                "summary": one.summary,
                "description": _rights(one.permission),
                "messages": [{"$ref": f"#/channels/{key}/messages/{name}"}],
                "reply": {
                    "channel": {"$ref": f"#/channels/{key}"},
                    "messages": [{"$ref": f"#/channels/{key}/messages/{answer}"}],
                },
            }
            yield from (name, answer)

    def _sent(self, namespace: Namespace, key: str) -> Iterator[str]:
        declared: dict[str, Outbound] = {}
        for outbound in namespace.outbound:
            declared.setdefault(outbound.name, outbound)
        events: Iterable[tuple[str, Any, str, bool]] = (
            *((one.name, one.data, one.summary, not one.volatile) for one in declared.values()),
            *((name, data, summary, False) for name, data, summary in SENT),
        )
        for name, data, summary, numbered in events:
            message = f"{_key(name)}.sent"
            self._message(key, message, name, summary, _payload(data), numbered=numbered)
            self._operations[f"{key}.{message}"] = {
                "action": "send",
                "channel": {"$ref": f"#/channels/{key}"},
                "summary": summary,
                "messages": [{"$ref": f"#/channels/{key}/messages/{message}"}],
            }
            yield message

    def _message(
        self, key: str, name: str, event: str, summary: str, payload: Any, *, numbered: bool = False
    ) -> None:
        """Write a message down; apispec puts its schemas among the components."""
        where: dict[str, Any] = {"content": {"application/json": {"schema": payload}}}
        self._spec.components.response(f"{key}.{name}", {"description": summary, **where})
        written = self._spec.components.responses[f"{key}.{name}"]["content"]["application/json"]["schema"]
        message: dict[str, Any] = {"name": event, "title": event, "summary": summary, "payload": written}
        if numbered:
            message["headers"] = _PLACE
        self._messages[f"{key}.{name}"] = message


_TOKEN: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The `access_token` of a sign-in, or an API key: `auth.token` of the CONNECT packet.",
}
_QUERY: Final = {
    "type": "object",
    "properties": {
        "EIO": {"type": "string", "const": "4"},
        "transport": {"type": "string", "enum": ["polling", "websocket"]},
    },
}


def _key(name: str) -> str:
    """Return an event's name as AsyncAPI's keys may be."""
    return name.replace(":", "_")


def _payload(schema: type[Schema] | None) -> Any:
    return {"type": "null"} if schema is None else schema


def _answer(schema: type[Schema] | None) -> dict[str, Any]:
    """Return the schema of an acknowledgement's one argument."""
    done = {
        "type": "object",
        "required": ["ok", "data"],
        "properties": {"ok": {"const": True}, "data": _payload(schema)},
    }
    failed = {
        "type": "object",
        "required": ["ok", "error"],
        "properties": {"ok": {"const": False}, "error": {"$ref": "#/components/schemas/Problem"}},
    }
    return {"oneOf": [done, failed]}


def _description(namespace: Namespace) -> str:
    rooms = "".join(
        f"\n* `{one.name}:<key>`: {one.summary}{'' if one.durable else ' (volatile)'}"
        for one in namespace.rooms
    )
    return f"{_rights(namespace.permission)}{'Rooms:' if rooms else ''}{rooms}"


def _rights(permission: str) -> str:
    if permission in OPEN:
        return "Open to anyone. "
    if permission == AUTHENTICATED:
        return "Takes a token. "
    return f"Takes the permission `{permission}`. "
