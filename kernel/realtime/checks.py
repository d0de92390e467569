"""Check what plugins declare of their sockets, before any takes effect."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from kernel.events.event_type import wire_type
from kernel.http.endpoint import UNREGISTERED
from kernel.nearest import suggestion

if TYPE_CHECKING:
    from kernel.realtime.declarations import Inbound, Namespace, Outbound

PROTOCOL_EVENTS: Final = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)
"""Event names the clients keep to themselves (Socket.IO protocol, revision 5)."""

KERNEL_INBOUND: Final = frozenset({"join", "leave", "recover", "authenticate"})
KERNEL_OUTBOUND: Final = frozenset({"rooms", "expelled", "reconnect", "closing", "error"})
RESERVED: Final = PROTOCOL_EVENTS | KERNEL_INBOUND | KERNEL_OUTBOUND
_PATH = re.compile(r"/[a-z][a-z0-9_-]*")
_NAME = re.compile(r"[a-z][a-z0-9_]*(?::[a-z][a-z0-9_]*)*")
_FAMILY = re.compile(r"[a-z][a-z0-9_]*")


def faults_of(
    namespace: Namespace, owned: Iterable[str], permissions: Iterable[str], events: Iterable[str]
) -> Iterator[str]:
    """Yield what is wrong with one namespace, each with its remedy.

    `owned` are the plugin's name and prefixes; `permissions` and `events` (wire
    types) those of all plugins.
    """
    yield from _path(namespace, tuple(owned))
    known = frozenset(permissions)
    yield from _permission(namespace.path, namespace.permission, known)
    if not namespace.summary.strip():
        yield f"namespace {namespace.path} has no summary: say what it is for"
    yield from _repeated(namespace)
    for family in namespace.rooms:
        if not _FAMILY.fullmatch(family.name):
            yield f"{namespace.path}: room family `{family.name}` is not like `note`: rename it"
        if not family.summary.strip():
            yield f"{namespace.path}: room family `{family.name}` has no summary: say what it is"
    for inbound in namespace.inbound:
        yield from _inbound(namespace, inbound, known)
    for outbound in namespace.outbound:
        yield from _outbound(namespace, outbound, frozenset(events))


def _path(namespace: Namespace, owned: tuple[str, ...]) -> Iterator[str]:
    path = namespace.path
    if not _PATH.fullmatch(path):
        yield f"namespace `{path}` is not a slash and a name in small letters: rename it"
    elif path[1:] not in owned:
        allowed = ", ".join(f"/{one}" for one in owned)
        yield f"namespace `{path}` is neither the plugin's name nor a prefix it owns ({allowed}): rename it"


def _permission(where: str, permission: str, known: frozenset[str]) -> Iterator[str]:
    if permission not in known | UNREGISTERED:
        hint = suggestion(permission, known) or ": return it from register_permissions"
        yield f"{where} names permission `{permission}`, which nobody declares{hint}"


def _repeated(namespace: Namespace) -> Iterator[str]:
    """Yield names declared twice; an outbound event may derive from several domain events."""
    kinds: tuple[tuple[str, Iterable[tuple[str, Any]]], ...] = (
        ("room family", ((one.name, None) for one in namespace.rooms)),
        ("inbound event", ((one.name, None) for one in namespace.inbound)),
        ("outbound event", ((one.name, one.on) for one in namespace.outbound)),
    )
    for kind, declared in kinds:
        for (name, _), count in Counter(declared).items():
            if count > 1:
                yield f"{namespace.path}: {kind} `{name}` is declared {count} times: rename one"
    yield from _unlike(namespace)


def _unlike(namespace: Namespace) -> Iterator[str]:
    """Yield outbound events of one name that differ in schema: a client tells them by name alone."""
    schemas: dict[str, Any] = {}
    for one in namespace.outbound:
        if schemas.setdefault(one.name, one.data) is not one.data:
            yield f"{namespace.path}: outbound event `{one.name}` has two schemas: give both the same"


def _named(namespace: Namespace, name: str, summary: str) -> Iterator[str]:
    if name in RESERVED:
        yield f"{namespace.path}: event `{name}` is reserved: rename it"
    elif not _NAME.fullmatch(name):
        yield f"{namespace.path}: event `{name}` is not like `note:written`: rename it"
    if not summary.strip():
        yield f"{namespace.path}: event `{name}` has no summary: say what it means"


def _inbound(namespace: Namespace, one: Inbound, known: frozenset[str]) -> Iterator[str]:
    yield from _named(namespace, one.name, one.summary)
    yield from _permission(f"{namespace.path}: event `{one.name}`", one.permission, known)
    if one.rate is not None and one.rate.count and one.rate.cost > one.rate.count:
        yield f"{namespace.path}: event `{one.name}` costs more than its rate allows: lower the cost"


def _outbound(namespace: Namespace, one: Outbound, events: frozenset[str]) -> Iterator[str]:
    where = f"{namespace.path}: event `{one.name}`"
    yield from _named(namespace, one.name, one.summary)
    family = namespace.family(one.room)
    if family is None:
        known = [each.name for each in namespace.rooms]
        yield f"{where} goes to room family `{one.room}`, which is not declared{suggestion(one.room, known)}"
    elif not family.durable and not one.volatile:
        yield f"{where} goes to rooms without a stream: say volatile=True, or make `{one.room}` durable"
    if (one.on is None) != (one.emits is None):
        yield f"{where} has one of `on` and `emits` without the other: give both or neither"
    if one.on is not None and one.volatile:
        yield f"{where} derives from a domain event and is volatile: drop one, derived events are durable"
    if one.on is not None:
        if not hasattr(one.on, "__event__"):
            yield f"{where} derives from {one.on!r}, which is no @event class: register one"
        elif wire_type(one.on) not in events:
            hint = suggestion(wire_type(one.on), events) or ": require its plugin"
            yield f"{where} derives from `{wire_type(one.on)}`, which nobody registers{hint}"
