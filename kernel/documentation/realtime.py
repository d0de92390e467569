"""`reference/realtime.md` and `events/asyncapi.json`: socket events, from the declarations."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from marshmallow import Schema

from kernel.documentation.markdown import table
from kernel.loader import Loaded
from kernel.realtime.asyncapi import RECEIVED, SENT
from kernel.realtime.declarations import Namespace
from kernel.realtime.routes import document

_HEAD = """\
# Sockets

Every namespace, its rooms and its events. What each event holds stands in `docs/events/asyncapi.json`, and in
`/asyncapi.json` of a running server; how to connect and recover: [sockets for clients](../api/realtime.md);
how to declare one: [sockets for authors](../plugins/realtime.md).

## Every namespace
"""


def realtime_page(loaded: Loaded) -> str:
    """Return the page: what every namespace has, then each."""
    own = table(
        ("a client sends", "with", "answered with", ""),
        ((f"`{name}`", _schema(body), _schema(ack), summary) for name, body, ack, summary in RECEIVED),
    )
    told = table(
        ("the server sends", "with", ""), ((f"`{name}`", _schema(data), text) for name, data, text in SENT)
    )
    return f"{_HEAD}\n{own}\n{told}" + "".join(
        _section(plugin, namespace) for plugin, namespace in loaded.registry.realtime
    )


def asyncapi_file(loaded: Loaded) -> str:
    """Return what `/asyncapi.json` says where every plugin is enabled, to be read in a diff."""
    written = document([one for _, one in loaded.registry.realtime], loaded.settings)
    return orjson.dumps(written, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _section(plugin: str, namespace: Namespace) -> str:
    right = _right(namespace.permission)
    text = f"\n## `{namespace.path}`\n\n{namespace.summary}. Of `{plugin}`; takes {right}.\n"
    for heads, rows in (
        (("room", "", "kept"), _rooms(namespace)),
        (("a client sends", "with", "answered with", "permission", ""), _inbound(namespace)),
        (("the server sends", "with", "to", "follows", ""), _outbound(namespace)),
    ):
        written = table(heads, rows)
        text += f"\n{written}" if written else ""
    return text


def _rooms(namespace: Namespace) -> Iterator[tuple[str, ...]]:
    for one in namespace.rooms:
        entered = " Entered at CONNECT." if one.automatic else ""
        yield f"`{one.name}:<key>`", f"{one.summary}.{entered}", "stream" if one.durable else "volatile"


def _inbound(namespace: Namespace) -> Iterator[tuple[str, ...]]:
    for one in namespace.inbound:
        right = _right(one.permission)
        yield f"`{one.name}`", _schema(one.body), _schema(one.ack), right, one.summary


def _outbound(namespace: Namespace) -> Iterator[tuple[str, ...]]:
    for one in namespace.outbound:
        follows = f"`{one.on.__event__.wire}`" if one.on is not None else "volatile" if one.volatile else "—"
        yield f"`{one.name}`", _schema(one.data), f"`{one.room}`", follows, one.summary


def _schema(schema: type[Schema] | None) -> str:
    if schema is None:
        return "—"
    return ", ".join(f"`{field.data_key or name}`" for name, field in schema().fields.items()) or "—"


def _right(permission: str) -> str:
    return f"`{permission}`" if ":" in permission else permission
