"""Validation: a declared schema, made into a loader once per endpoint.

A loader returns the validated dict or raises `Invalid` whose `errors[]` point
at every fault: JSON Pointers into a body, names of query parameters.

PERF: the schema's own object, with a copy of each field, is made at the first use:
a process serves a few of hundreds, and all of them are 8 MB.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, cast

from marshmallow import Schema, ValidationError, missing
from marshmallow import fields as base
from marshmallow.decorators import POST_LOAD, PRE_LOAD, VALIDATES, VALIDATES_SCHEMA
from marshmallow.validate import Range

from kernel.errors import FieldError, Invalid
from kernel.http import fields
from kernel.http.page import MAX_LIMIT, PageOf
from kernel.http.reading import escape
from kernel.http.request import Request

MAX_ERRORS = 50

_UNKNOWN = Schema().error_messages["unknown"]
_REMEDIES = {
    base.Field.default_error_messages["required"]: "This is required.",
    base.Field.default_error_messages["null"]: "This may not be null.",
    Schema().error_messages["type"]: "Send a JSON object.",
}
"""What marshmallow says of data and fields, as the client of an API is told to mend it."""

Loader = Callable[[Any], dict[str, Any]]


def body_loader(schema: type[Schema] | Schema) -> Loader:
    """Return a function from parsed JSON to the validated body."""

    @cache
    def loads() -> Loader:
        return quick_load(schema() if isinstance(schema, type) else schema)

    def load(data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise Invalid(errors=(FieldError("Send a JSON object.", pointer=""),))
        try:
            return loads()(data)
        except ValidationError as ex:
            faults = _flat(ex.messages, "")
            raise Invalid(errors=[FieldError(text, pointer=at) for at, text in faults]) from ex

    return load


@cache
def is_optional(schema: type[Schema] | Schema) -> bool:
    """Say whether a body may be left out altogether: it has no field that is required."""
    made = schema() if isinstance(schema, type) else schema
    return not any(field.required for field in made.load_fields.values())


def quick_load(schema: Schema) -> Loader:
    """Return a function equal to `schema.load` on dicts.

    PERF: it looks at what is given; marshmallow deserialises what is missing too, which
    for a list with fifteen filters and one of them used is 11 µs instead of 2. What does
    not pass goes through marshmallow again, which finds every fault.
    """
    if not _is_ordinary(schema):
        return cast("Loader", schema.load)
    fields_of = {field.data_key or name: (name, field) for name, field in schema.load_fields.items()}
    required = {key for key, (_, field) in fields_of.items() if field.required}
    defaults = {
        name: field.load_default for name, field in fields_of.values() if field.load_default is not missing
    }

    def load(given: Any) -> dict[str, Any]:
        loaded = defaults.copy()
        try:
            for key, value in given.items():
                name, field = fields_of[key]
                loaded[name] = field.deserialize(value, key, given)
        except (KeyError, ValidationError):
            return cast("dict[str, Any]", schema.load(given))
        if not required <= given.keys() or missing in loaded.values():
            return cast("dict[str, Any]", schema.load(given))
        return loaded

    return load


def _is_ordinary(schema: Schema) -> bool:
    """Say whether loading is no more than each given field's deserialisation."""
    kind = type(schema)
    own = (kind.load, kind._do_load, kind._deserialize, kind.handle_error, kind.on_bind_field)  # noqa: SLF001
    plain = (Schema.load, Schema._do_load, Schema._deserialize, Schema.handle_error, Schema.on_bind_field)  # noqa: SLF001
    hooked = any(schema._hooks[tag] for tag in (PRE_LOAD, POST_LOAD, VALIDATES, VALIDATES_SCHEMA))  # noqa: SLF001
    return (
        own == plain
        and kind.dict_class is Schema.dict_class
        and not (hooked or schema.many or schema.partial)
        and not any(field.attribute or callable(field.load_default) for field in schema.load_fields.values())
    )


def _flat(messages: Any, pointer: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for each in _walk(messages, pointer):
        if len(found) == MAX_ERRORS:
            break
        found.append(each)
    return found


def _walk(messages: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _walk(inner, pointer if key == "_schema" else f"{pointer}/{escape(str(key))}")
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from _walk(inner, pointer)
    else:
        text = str(messages)
        yield pointer, _REMEDIES.get(text, text)


def query_schema(declared: type[Schema] | None, response: Any) -> type[Schema] | None:
    """Return the schema of an endpoint's query: what it declares, and a page's own parameters."""
    if not isinstance(response, PageOf):
        return declared
    page: dict[str, base.Field[Any]] = {
        "cursor": fields.String(
            load_default=None,
            metadata={"description": "`next` of the page before; absent for the first."},
        ),
        "limit": fields.Integer(
            load_default=response.default_limit,
            validate=Range(min=1, max=MAX_LIMIT),
            metadata={"description": "Most items on a page."},
        ),
    }
    if response.countable:
        page["total"] = fields.Boolean(
            load_default=False,
            metadata={"description": "Count the whole list into `total`."},
        )
    parent = declared or Schema
    return type(f"{parent.__name__}Page" if declared else "PageQuery", (parent,), page)


def query_loader(schema: type[Schema]) -> Callable[[Request], dict[str, Any]]:
    """Return a function from a request to its validated query."""

    @cache
    def made() -> tuple[Loader, dict[str, Callable[[Any], Any]]]:
        loader = schema()
        readers = {field.data_key or name: _reader(field) for name, field in loader.load_fields.items()}
        return quick_load(loader), readers

    def load(req: Request) -> dict[str, Any]:
        given, (loads, readers) = req.params, made()
        try:
            return loads({name: _read(name, given[name], readers.get(name)) for name in given})
        except ValidationError as ex:
            faults = _flat(ex.messages, "")
            raise Invalid(
                errors=[
                    FieldError(
                        "Unknown parameter." if text == _UNKNOWN else text,
                        parameter=at.partition("/")[2].partition("/")[0],
                    )
                    for at, text in faults
                ]
            ) from ex

    return load


def _read(name: str, value: Any, reader: Callable[[Any], Any] | None) -> Any:
    text = "".join(value) if isinstance(value, list) else value
    if "\0" in text or "\ufffd" in text:
        raise Invalid(errors=(FieldError("Text is UTF-8 without the character U+0000.", parameter=name),))
    return reader(value) if reader else value


def _reader(field: base.Field[Any]) -> Callable[[Any], Any]:
    """Return what turns a parameter's text into the field's JSON type, when it reads as one."""
    if isinstance(field, base.List):
        inner = _reader(field.inner)
        return lambda value: [inner(each) for each in (value if isinstance(value, list) else [value])]
    convert = next((to for kind, to in _FROM_TEXT.items() if isinstance(field, kind)), None)

    def read(value: Any) -> Any:
        if isinstance(value, list):
            raise ValidationError({field.data_key or field.name: ["Given more than once."]})
        return convert(value) if convert else value

    return read


_INTEGER = re.compile(r"-?[0-9]{1,20}")
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")


def _integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else text


def _number(text: str) -> Any:
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else text


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


_FROM_TEXT: dict[type, Callable[[str], Any]] = {
    base.Integer: _integer,
    base.Float: _number,
    base.Boolean: _boolean,
}
