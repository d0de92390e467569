"""Room events that derive from domain events, in the transaction that publishes these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import orjson

from kernel.errors import StoaError
from kernel.http.serializers import compile_serializer
from kernel.nearest import suggestion
from kernel.realtime.declarations import Emit, Emits, Namespace, Outbound
from kernel.realtime.streams import Entry

_Address = tuple[str, str, str]
"""A namespace, the name of an event, the family it goes to."""


class _Declared(NamedTuple):
    dump: Callable[[Any], Any]
    volatile: bool


class _Derived(NamedTuple):
    namespace: str
    outbound: Outbound
    emits: Emits
    dump: Callable[[Any], Any]


class Outgoing:
    """The outbound events of all namespaces, compiled at boot."""

    def __init__(self, namespaces: Iterable[Namespace]) -> None:
        self._families = {one.path: {family.name: family for family in one.rooms} for one in namespaces}
        self._declared: dict[_Address, _Declared] = {}
        derived: dict[type[Any], list[_Derived]] = {}
        for namespace in namespaces:
            for one in namespace.outbound:
                dump = compile_serializer(one.data)
                self._declared[namespace.path, one.name, one.room] = _Declared(dump, one.volatile)
                if one.on is not None and one.emits is not None:
                    derived.setdefault(one.on, []).append(_Derived(namespace.path, one, one.emits, dump))
        self._derived = {cls: tuple(found) for cls, found in derived.items()}

    def is_durable(self, namespace: str, room: str) -> bool:
        """Say whether a room has a stream; a family nobody declares has none."""
        family = self._families.get(namespace, {}).get(room.partition(":")[0])
        return family is not None and family.durable

    def text(self, namespace: str, room: str, name: str, data: Any, *, volatile: bool) -> str:
        """Return the JSON of an event's data, through its declared schema.

        Raises StoaError for a namespace, family or event that is not declared, and
        for one that is declared to be sent the other way.
        """
        family, colon, key = room.partition(":")
        found = self._declared.get((namespace, name, family))
        if found is None or not colon or not key:
            raise StoaError(self._fault(namespace, room, name))
        if found.volatile != volatile:
            way = "volatile: emit it" if found.volatile else "not volatile: publish it"
            raise StoaError(f"{namespace}: event `{name}` is declared {way}, or declare it otherwise")
        return orjson.dumps(found.dump(data)).decode()

    def _fault(self, namespace: str, room: str, name: str) -> str:
        """Return what is not declared as it was asked for."""
        families = self._families.get(namespace)
        if families is None:
            return f"no plugin declares namespace {namespace}{suggestion(namespace, self._families)}"
        family, colon, key = room.partition(":")
        if family not in families or not colon or not key:
            return f"{namespace}: `{room}` is not `<family>:<key>` of a declared family"
        known = [event for path, event, to in self._declared if (path, to) == (namespace, family)]
        return f"{namespace} declares no outbound event `{name}` to {family}{suggestion(name, known)}"

    def entries(self, events: Sequence[Any]) -> list[Entry]:
        """Return what domain events give to rooms, in the order they were published."""
        return [entry for event in events for entry in self._of(event)]

    def _of(self, event: Any) -> Iterator[Entry]:
        for namespace, outbound, emits, dump in self._derived.get(type(event), ()):
            for emit in _several(emits(event)):
                data = orjson.dumps(dump(emit.data)).decode()
                room = f"{outbound.room}:{emit.key}"
                yield Entry(namespace, room, outbound.name, data, emit.ref, emit.expires_at)


def _several(emitted: Emit | Iterable[Emit] | None) -> Iterable[Emit]:
    if emitted is None:
        return ()
    return (emitted,) if isinstance(emitted, Emit) else emitted
