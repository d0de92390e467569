"""Every event that may leave the house, as its plugin declares it (`webhooks_events`)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import PluginError

if TYPE_CHECKING:
    from kernel import Application


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """An event that may be sent, the JSON Schema of its data, and who may read it."""

    type: str
    summary: str
    people: tuple[str, ...]
    permission: str
    schema: Mapping[str, Any]

    def concerns(self, value_of: Callable[[str], Any]) -> set[UUID]:
        """Return the accounts an event concerns; `value_of(field)` is what stands in it."""
        found: set[UUID] = set()
        for name in self.people:
            value = value_of(name)
            found.update(
                UUID(str(one)) for one in (value if isinstance(value, (list, tuple)) else [value]) if one
            )
        return found


class Catalogue:
    """The public events by wire type."""

    def __init__(self, events: Iterable[PublicEvent]) -> None:
        self._events = {one.type: one for one in sorted(events, key=lambda one: one.type)}

    def __iter__(self) -> Iterator[PublicEvent]:
        return iter(self._events.values())

    def __contains__(self, type: object) -> bool:
        return type in self._events

    def get(self, type: str) -> PublicEvent | None:
        """Return an event, None when it is not public (any more)."""
        return self._events.get(type)


def collected(app: Application) -> Catalogue:
    """Collect what all plugins declare; raise PluginError naming the plugin at fault."""
    found: dict[str, PublicEvent] = {}
    registered = {cls for _, cls in app.registry.events}
    permissions = {one.name for _, one in app.registry.permissions}
    for plugin, declare in app.hooks.implementations("webhooks_events"):
        for cls, people, permission in declare():
            if cls not in registered:
                raise _fault(plugin, f"{cls.__name__} is registered by nobody: see register_events")
            made = _public(plugin, cls, tuple(people), permission)
            if permission and permission not in permissions:
                raise _fault(plugin, f"{made.type} names {permission}, which nobody declares")
            if made.type in found:
                raise _fault(plugin, f"{made.type} is declared twice")
            found[made.type] = made
    return Catalogue(found.values())


def _public(plugin: str, cls: type[Any], people: tuple[str, ...], permission: str) -> PublicEvent:
    wire = cls.__event__.wire
    missing = [name for name in people if name not in cls.__dataclass_fields__]
    if missing:
        raise _fault(plugin, f"{wire} has no field {missing[0]}")
    if not people and not permission:
        raise _fault(plugin, f"{wire} is readable by nobody: name people or a permission")
    summary = (inspect.getdoc(cls) or "").partition("\n")[0]
    return PublicEvent(wire, summary, people, permission, cls.__event__.schema())


def _fault(plugin: str, remedy: str) -> PluginError:
    return PluginError(plugin, "webhooks_events", remedy)
