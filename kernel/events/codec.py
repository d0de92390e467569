"""Values between Python and JSON, driven by their declared types.

Events and task arguments are stored as JSON and outlive the process that wrote
them, so what they may hold is a closed list: bool, int, float, str, UUID,
aware datetime, date, Enum, Literal, Any (already JSON), lists, tuples and dicts
of these, `X | None`, and dataclasses of these (Money is one). Anything else is
refused where it is declared. orjson writes every one of them; this module reads
them back and describes them as JSON Schema (2020-12).
"""

from __future__ import annotations

import dataclasses
import enum
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import orjson

Read = Callable[[Any], Any]


class Codec(NamedTuple):
    """How one declared type is read from JSON, and its JSON Schema."""

    read: Read
    schema: dict[str, Any]


def dump(value: Any) -> str:
    """Return the JSON text of a value made of the types listed above."""
    return orjson.dumps(value).decode()


def _exactly(*kinds: type) -> Read:
    def read(value: Any) -> Any:
        # bool is an int to isinstance; JSON keeps them apart and so do we.
        if type(value) not in kinds:
            raise ValueError(f"expected {kinds[0].__name__}, got {value!r}")
        return value

    return read


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return moment


_PLAIN: dict[Any, Codec] = {
    Any: Codec(lambda value: value, {}),
    None: Codec(_exactly(type(None)), {"type": "null"}),
    type(None): Codec(_exactly(type(None)), {"type": "null"}),
    bool: Codec(_exactly(bool), {"type": "boolean"}),
    int: Codec(_exactly(int), {"type": "integer"}),
    float: Codec(_exactly(float, int), {"type": "number"}),
    str: Codec(_exactly(str), {"type": "string"}),
    UUID: Codec(UUID, {"type": "string", "format": "uuid"}),
    datetime: Codec(_moment, {"type": "string", "format": "date-time"}),
    date: Codec(date.fromisoformat, {"type": "string", "format": "date"}),
}


@cache
def codec_of(declared: Any) -> Codec:
    """Return the codec of a declared type; raise TypeError for one not listed."""
    if declared in _PLAIN:
        return _PLAIN[declared]
    origin, arguments = get_origin(declared), get_args(declared)
    if origin in {Union, types.UnionType}:
        return _union(arguments)
    if origin is Literal:
        return _literal(arguments)
    if origin in {list, tuple, Sequence, dict, Mapping}:
        return _container(declared, origin, arguments)
    if isinstance(declared, type) and issubclass(declared, enum.Enum):
        return Codec(declared, {"enum": [member.value for member in declared]})
    if isinstance(declared, type) and dataclasses.is_dataclass(declared):
        return _object(declared)
    raise TypeError(f"{declared!r} cannot be stored as JSON; see kernel.events.codec for the types that can")


def _union(members: tuple[Any, ...]) -> Codec:
    codecs = [codec_of(member) for member in members]

    def read(value: Any) -> Any:
        faults = []
        for codec in codecs:
            try:
                return codec.read(value)
            except (ValueError, TypeError, AttributeError) as ex:
                faults.append(str(ex))
        raise ValueError("; ".join(faults))

    return Codec(read, {"anyOf": [codec.schema for codec in codecs]})


def _literal(choices: tuple[Any, ...]) -> Codec:
    def read(value: Any) -> Any:
        if value not in choices:
            raise ValueError(f"{value!r} is none of {choices}")
        return value

    return Codec(read, {"enum": list(choices)})


def _container(declared: Any, origin: Any, arguments: tuple[Any, ...]) -> Codec:
    if origin in {dict, Mapping}:
        if arguments[:1] != (str,):
            raise TypeError(f"{declared!r}: the keys of a JSON object are str")
        value_of = codec_of(arguments[1])
        schema = {"type": "object", "additionalProperties": value_of.schema}
        return Codec(lambda value: {key: value_of.read(item) for key, item in value.items()}, schema)
    if origin is tuple and arguments[1:] != (...,):
        raise TypeError(f"{declared!r}: write tuple[X, ...]; a fixed record is a dataclass")
    item_of, make = codec_of(arguments[0]), list if origin is list else tuple

    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise TypeError(f"expected a list, got {value!r}")
        return make(item_of.read(item) for item in value)

    return Codec(read, {"type": "array", "items": item_of.schema})


def _object(declared: type[Any]) -> Codec:
    fields = fields_of(declared)
    required = [name for name, field in fields.items() if not field.optional]

    def read(value: Any) -> Any:
        return declared(**read_fields(fields, value))

    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: field.codec.schema for name, field in fields.items()},
        "required": required,
    }
    return Codec(read, schema)


class FieldCodec(NamedTuple):
    """The codec of one named field and whether it may be missing."""

    codec: Codec
    optional: bool


def fields_of(declared: type[Any]) -> dict[str, FieldCodec]:
    """Return the codecs of a dataclass's fields, in order; name one at fault."""
    hints = get_type_hints(declared)
    found = {}
    for field in dataclasses.fields(declared):
        missing = dataclasses.MISSING
        optional = field.default is not missing or field.default_factory is not missing
        try:
            found[field.name] = FieldCodec(codec_of(hints[field.name]), optional)
        except TypeError as ex:
            raise TypeError(f"{declared.__name__}.{field.name}: {ex}") from ex
    return found


def read_fields(fields: Mapping[str, FieldCodec], value: Mapping[str, Any]) -> dict[str, Any]:
    """Read the fields present; raise ValueError naming one missing or unreadable.

    Unknown keys are left out: during a rolling deployment older code reads what
    newer code wrote.
    """
    found = {}
    for name, (codec, optional) in fields.items():
        if name not in value:
            if not optional:
                raise ValueError(f"{name} is missing")
            continue
        try:
            found[name] = codec.read(value[name])
        except (ValueError, TypeError, AttributeError) as ex:
            raise ValueError(f"{name}: {ex}") from ex
    return found
