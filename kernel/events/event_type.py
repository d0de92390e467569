"""Event classes: typed, frozen, versioned facts in the past tense.

    @event("notes.note.published", version=1, key="note_id")
    class NotePublished:
        note_id: UUID
        title: str
        language: str = "en"      # added later: it has a default

The *wire type* `notes.note.published.v1` is what is stored and what
subscribers name. Events are kept for good, so within a version only additions
are allowed, each with a default: what was stored before must still load. For
any other change publish version 2 as a class of its own beside the first.
`docs/events/` holds a snapshot of each schema, and a test compares.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, dataclass_transform

import orjson

from kernel.events.codec import Codec, FieldCodec, codec_of, dump, fields_of, read_fields

T = TypeVar("T")
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,3}")


@dataclass(frozen=True)
class EventType:
    """What `@event` declared; found on the class as `__event__`.

    `key` names the field whose value orders events (see `Bus.publish`); None
    means that no order is kept among events of this type.
    """

    name: str
    version: int
    key: str | None
    cls: type[Any]

    @cached_property  # PERF: asked of every subscriber at every publish
    def wire(self) -> str:
        """The type as stored: `<name>.v<version>`."""
        return f"{self.name}.v{self.version}"

    @cached_property
    def _fields(self) -> dict[str, FieldCodec]:
        return fields_of(self.cls)

    @cached_property
    def codec(self) -> Codec:
        """How the class is read from JSON; TypeError names a field that cannot be."""
        declared: Any = self.cls
        return codec_of(declared)

    def schema(self) -> dict[str, Any]:
        """Return the event's JSON Schema (2020-12), as snapshotted in docs/events."""
        head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": self.wire}
        about = {"description": (self.cls.__doc__ or "").strip().split("\n")[0], "x-key": self.key}
        return head | about | self.codec.schema

    def load(self, data: dict[str, Any]) -> Any:
        """Return the event stored as `data`; ValueError names what is wrong."""
        try:
            return self.cls(**read_fields(self._fields, data))
        except ValueError as ex:
            raise ValueError(f"{self.wire}: {ex}") from ex

    def text(self, event: Any) -> str:
        """Return the event's JSON, or TypeError if it would not load as it is.

        A wrong value is refused at its publisher, once, rather than dead at
        each subscriber, later.
        """
        text = dump(event)
        try:
            back = self.load(orjson.loads(text))
        except ValueError as ex:
            raise TypeError(str(ex)) from ex
        if back != event:
            raise TypeError(f"{self.wire}: {_difference(event, back)}")
        return text


def _difference(event: Any, back: Any) -> str:
    """Name the fields that read back as something else, with their types: values may be private."""
    names = [field.name for field in dataclasses.fields(event)]
    pairs = [(name, getattr(event, name), getattr(back, name)) for name in names]
    return "; ".join(
        f"{name} is a {type(given).__name__} and is read back as {_kind(given, read)}: give what it declares"
        for name, given, read in pairs
        if given != read
    )


def _kind(given: Any, read: Any) -> str:
    return "another value" if type(given) is type(read) else f"a {type(read).__name__}"


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(name: str, *, version: int = 1, key: str | None = None) -> Callable[[type[T]], type[T]]:
    """Make a frozen, slotted, keyword-only dataclass that `Bus.publish` takes.

    `name` is `<plugin>.<entity>.<past participle>`. `key` names the field that
    orders deliveries: events with equal key values reach each subscriber in the
    order in which their transactions committed. Raises TypeError for a bad name
    or an unknown key.
    """
    if not _NAME.fullmatch(name):
        raise TypeError(f"{name!r} is no event name; write plugin.entity.happened, lower case")

    def decorate(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        if key is not None and key not in {field.name for field in dataclasses.fields(made)}:  # type: ignore[arg-type]
            raise TypeError(f"{cls.__name__} has no field {key!r} to be its key")
        made.__event__ = EventType(name, version, key, made)  # type: ignore[attr-defined]
        return made

    return decorate


def event_type(event: Any) -> EventType:
    """Return what `@event` declared on a class or an instance of it."""
    declared = getattr(event, "__event__", None)
    if not isinstance(declared, EventType):
        raise TypeError(f"{event!r} is no event: decorate its class with @event(…)")
    return declared


def wire_type(source: type[Any] | str) -> str:
    """Return the wire type of an event class; a string is one already."""
    return source if isinstance(source, str) else event_type(source).wire
