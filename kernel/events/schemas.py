"""Snapshots of event schemas in `docs/events/`, and what breaks them.

Events are kept for good and read by other processes and other versions. So
within a version a schema may only grow: a new field is optional (it has a
default), an enumeration may gain members, and nothing else changes. `write`
refuses a change that breaks this; `stale` and `broken` serve the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from kernel.errors import StoaError
from kernel.events.event_type import EventType, event_type

Schema = Mapping[str, Any]


def write(events: Iterable[type[Any]], directory: Path) -> list[Path]:
    """Write the snapshots that are missing or have grown; return their paths.

    Raises StoaError naming the first incompatible change: publish a new
    version instead. Snapshots of events that are gone stay: the store still
    holds some.
    """
    declared = [event_type(cls) for cls in events]
    faults = list(broken(events, directory))
    if faults:
        raise StoaError(faults[0])
    written = [one for one in declared if _snapshot(one) != _read(directory, one)]
    directory.mkdir(parents=True, exist_ok=True)
    for one in written:
        _path(directory, one).write_bytes(_snapshot(one))
    return [_path(directory, one) for one in written]


def stale(events: Iterable[type[Any]], directory: Path) -> list[str]:
    """Return the wire types whose snapshot is missing or differs."""
    declared = [event_type(cls) for cls in events]
    return [one.wire for one in declared if _snapshot(one) != _read(directory, one)]


def broken(events: Iterable[type[Any]], directory: Path) -> Iterator[str]:
    """Yield what each event changed incompatibly since its snapshot."""
    for one in map(event_type, events):
        known = _read(directory, one)
        if known:
            for fault in incompatibilities(orjson.loads(known), one.schema()):
                yield f"{one.wire}: {fault}; publish it as version {one.version + 1}"


def incompatibilities(old: Schema, new: Schema, at: str = "") -> Iterator[str]:
    """Yield why what was stored under `old` may not be read, or mean the same, under `new`."""
    if at == "" and old.get("x-key") != new.get("x-key"):
        yield f"the key was {old.get('x-key')} and is {new.get('x-key')}"
    if "properties" in old and "properties" in new:
        yield from _in_object(old, new, at)
    elif "enum" in old and "enum" in new:
        yield from (f"{at} no longer knows {value!r}" for value in old["enum"] if value not in new["enum"])
    elif "items" in old and "items" in new:
        yield from incompatibilities(old["items"], new["items"], f"{at}[]")
    elif _bare(old) != _bare(new):
        yield f"{at} was {_bare(old)} and is {_bare(new)}"


def _in_object(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for name, schema in old["properties"].items():
        where = f"{at}.{name}" if at else name
        if name not in new["properties"]:
            yield f"{where} is gone"
        else:
            yield from incompatibilities(schema, new["properties"][name], where)
    for name in sorted(set(new["required"]) - set(old["required"])):
        yield f"{at}.{name} needs a default".lstrip(".")


def _bare(schema: Schema) -> dict[str, Any]:
    return {
        key: value for key, value in schema.items() if key not in {"$schema", "title", "description", "x-key"}
    }


def _path(directory: Path, declared: EventType) -> Path:
    return directory / f"{declared.wire}.json"


def _snapshot(declared: EventType) -> bytes:
    return orjson.dumps(declared.schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _read(directory: Path, declared: EventType) -> bytes:
    path = _path(directory, declared)
    return path.read_bytes() if path.exists() else b""
