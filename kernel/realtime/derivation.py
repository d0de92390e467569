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


class _Derived(NamedTuple):
    namespace: str
    outbound: Outbound
    emits: Emits
    dump: Callable[[Any], Any]


class Outgoing:
    """The outbound events of all namespaces, compiled at boot."""

    def __init__(self, namespaces: Iterable[Namespace]) -> None:
        self._families = {one.path: {family.name: family for family in one.rooms} for one in namespaces}
        self._dumps: dict[tuple[str, str], Callable[[Any], Any]] = {}
        derived: dict[type[Any], list[_Derived]] = {}
        for namespace in namespaces:
            for one in namespace.outbound:
                dump = self._dumps.setdefault((namespace.path, one.name), compile_serializer(one.data))
                if one.on is not None and one.emits is not None:
                    derived.setdefault(one.on, []).append(_Derived(namespace.path, one, one.emits, dump))
        self._derived = {cls: tuple(found) for cls, found in derived.items()}

    def is_durable(self, namespace: str, room: str) -> bool:
        """Say whether a room has a stream; a family nobody declares has none."""
        family = self._families.get(namespace, {}).get(room.partition(":")[0])
        return family is not None and family.durable

    def text(self, namespace: str, room: str, name: str, data: Any) -> str:
        """Return the JSON of an event's data, through its declared schema.

        Raises StoaError for a namespace, family or event that is not declared.
        """
        families = self._families.get(namespace)
        if families is None:
            raise StoaError(
                f"no plugin declares namespace {namespace}{suggestion(namespace, self._families)}"
            )
        family, colon, key = room.partition(":")
        if family not in families or not colon or not key:
            raise StoaError(f"{namespace}: `{room}` is not `<family>:<key>` of a declared family")
        dump = self._dumps.get((namespace, name))
        if dump is None:
            known = [event for path, event in self._dumps if path == namespace]
            raise StoaError(f"{namespace} declares no outbound event `{name}`{suggestion(name, known)}")
        return orjson.dumps(dump(data)).decode()

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
