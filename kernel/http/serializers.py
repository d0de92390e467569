"""Serializers compiled from marshmallow schemas.

`compile_serializer(schema)` writes a function that does what `schema.dump`
does, minus the dispatch: a dict display with one expression per field. A value
orjson writes exactly as the field would (`str`, `int`, `UUID`, `datetime` …)
is passed through, so equality holds after JSON encoding:
`orjson.dumps(compiled(x)) == orjson.dumps(schema.dump(x))`, checked by hypothesis
in `tests/kernel/http/test_serializers.py`.

Whatever is out of the ordinary is left to marshmallow itself: a field with its
own `_serialize`, `Method`, `Function`, `dump_default` field by field; schemas
with dump hooks as a whole; and an object that lacks an attribute.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from keyword import iskeyword
from typing import Any
from uuid import UUID

from marshmallow import Schema, missing
from marshmallow import fields as base
from marshmallow.decorators import POST_DUMP, PRE_DUMP

Serializer = Callable[[Any], Any]

_PLAIN: tuple[tuple[type[base.Field[Any]], type | tuple[type, ...]], ...] = (
    (base.UUID, UUID),
    (base.String, str),
    (base.Integer, int),
    (base.Float, float),
    (base.Boolean, bool),
    (base.Date, date),
    (base.DateTime, datetime),
)
"""Fields, most special first, and the exact type they leave for orjson to write."""


def compile_serializer(schema: type[Schema] | Schema) -> Serializer:
    """Return a function equal to `schema.dump` up to what orjson writes."""
    if _is_special(schema):
        return (schema() if isinstance(schema, type) else schema).dump
    return _many(schema) if isinstance(schema, Schema) and schema.many else _one(schema)


def _one(schema: type[Schema] | Schema) -> Serializer:
    """Return the serializer of one object; made at its first use, as is the schema's own object.

    PERF: a hundred endpoints' take 150 ms, which is much of a start, and megabytes.
    """
    made: list[Serializer] = []

    def serialize(value: Any) -> Any:
        if not made:
            made.append(_Compiler().serializer(schema() if isinstance(schema, type) else schema))
        return made[0](value)

    return serialize


def _many(schema: Schema) -> Serializer:
    one = _one(schema)
    return lambda values: [one(value) for value in values]


class _Compiler:
    """Compiles one schema and all it nests; a schema that nests itself meets itself in `_made`."""

    def __init__(self) -> None:
        self._made: dict[Any, Serializer] = {}

    def serializer(self, schema: Schema) -> Serializer:
        """Return the serializer of one object of `schema`."""
        key = (type(schema), tuple(_shape(name, field) for name, field in schema.dump_fields.items()))
        if key not in self._made:
            finished: list[Serializer] = []
            self._made[key] = lambda value: finished[0](value)  # noqa: PLW0108 - not there yet
            finished.append(_compile(schema, self))
            self._made[key] = finished[0]
        return self._made[key]


def _shape(name: str, field: base.Field[Any]) -> tuple[Any, ...]:
    """Return what tells two uses of one schema class apart: `only` and `exclude`, nested ones too."""
    nested = field.inner if isinstance(field, base.List) else field
    return name, _frozen(getattr(nested, "only", None)), _frozen(getattr(nested, "exclude", None))


def _frozen(names: Any) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _compile(schema: Schema, compiler: _Compiler) -> Serializer:
    space: dict[str, Any] = {
        "slow": partial(schema.dump, many=False),
        "missing": missing,
        "accessor": schema.get_attribute,
    }
    plain, odd = [], []
    for index, (name, field) in enumerate(schema.dump_fields.items()):
        if _is_direct(name, field):
            expression = _expression(index, field, space, compiler)
            plain.append((field.attribute or name, field.data_key or name, expression))
        else:
            odd += _odd(index, name, field, space)
    from_item = _function("from_item", "o[{0!r}]", plain, odd)
    lines = [*from_item, *_function("from_attribute", "o.{0}", plain, odd), *_OTHER, *_from_dict(from_item)]
    # APPSEC: the source is made of the schema's own field names, as literals; no input reaches it.
    exec(compile("\n".join(lines), f"<serializer of {type(schema).__name__}>", "exec"), space)  # noqa: S102
    made: Serializer = space["serialize"]
    return made


_OTHER = """
def other(o):
    kind = o.__class__
    try:
        if hasattr(kind, "__getitem__") and not issubclass(kind, tuple):
            return from_item(o)
        return from_attribute(o)
    except (KeyError, AttributeError, IndexError, TypeError):
        return slow(o)
""".splitlines()


def _from_dict(from_item: list[str]) -> list[str]:
    """Return the source of the serializer itself: `from_item`'s body where the object is a dict.

    PERF: a page of 20 with two nested objects each is 60 calls less.
    """
    return [
        "def serialize(o):",
        "    if o.__class__ is not dict:",
        "        return other(o)",
        "    try:",
        *(f"    {line}" for line in from_item[1:]),
        "    except (KeyError, AttributeError, IndexError, TypeError):",
        "        return slow(o)",
    ]


def _is_special(schema: type[Schema] | Schema) -> bool:
    kind = schema if isinstance(schema, type) else type(schema)
    overridden = (kind.get_attribute, kind._serialize, kind.dump)  # noqa: SLF001
    ordinary = (Schema.get_attribute, Schema._serialize, Schema.dump)  # noqa: SLF001
    return overridden != ordinary or bool(schema._hooks[PRE_DUMP] or schema._hooks[POST_DUMP])  # noqa: SLF001


def _is_direct(name: str, field: base.Field[Any]) -> bool:
    """Say whether the field's value is read the ordinary way and always there."""
    attribute = field.attribute or name
    return bool(
        field._CHECK_ATTRIBUTE  # noqa: SLF001
        and field.dump_default is missing
        and attribute.isidentifier()
        and not iskeyword(attribute)
        and type(field).get_value is base.Field.get_value
        and type(field).serialize is base.Field.serialize
    )


def _function(name: str, access: str, plain: list[tuple[str, str, str]], odd: list[str]) -> list[str]:
    """Return the source of one reader, by item or by attribute."""
    members = [
        f"        {key!r}: {expression.format(read=access.format(attribute))},"
        for attribute, key, expression in plain
    ]
    return [f"def {name}(o):", "    r = {", *members, "    }", *odd, "    return r"]


def _odd(index: int, name: str, field: base.Field[Any], space: dict[str, Any]) -> list[str]:
    """Return the source that leaves one field to marshmallow."""
    space[f"odd{index}"] = field.serialize
    return [
        f"    v = odd{index}({name!r}, o, accessor)",
        f"    if v is not missing: r[{field.data_key or name!r}] = v",
    ]


def _expression(index: int, field: base.Field[Any], space: dict[str, Any], compiler: _Compiler) -> str:
    """Return an expression over `{read}`, the value as the object gives it; it may bind `v`."""
    if (kind := _passes(field)) is not None:
        space[f"kind{index}"], space[f"dump{index}"] = kind, _dumper(field)
        return f"v if (v := {{read}}) is None or v.__class__ is kind{index} else dump{index}(v)"
    inner = _inner(field, compiler)
    if inner is None:
        space[f"dump{index}"] = _dumper(field)
        return f"dump{index}({{read}})"
    space[f"dump{index}"] = inner
    return f"None if (v := {{read}}) is None else dump{index}(v)"


def _passes(field: base.Field[Any]) -> Any:
    """Return the type orjson writes just as this field would, None if there is none."""
    if type(field) is base.Raw:
        return None
    for known, kind in _PLAIN:
        if isinstance(field, known):
            same = type(field)._serialize is known._serialize  # noqa: SLF001
            return kind if same and not _is_formatted(field) else None
    return None


def _is_formatted(field: base.Field[Any]) -> bool:
    return bool(getattr(field, "as_string", False)) or getattr(field, "format", None) not in {
        None,
        "iso",
        "iso8601",
    }


def _dumper(field: base.Field[Any]) -> Serializer:
    """Return the field's own serialisation of a value already read."""
    name, serialize = field.name, field._serialize  # noqa: SLF001
    return lambda value: serialize(value, name, None)


def _inner(field: base.Field[Any], compiler: _Compiler) -> Serializer | None:
    """Return the compiled serializer of a Nested or List field, None for any other."""
    if isinstance(field, base.Pluck):
        return None
    if isinstance(field, base.Nested) and type(field)._serialize is base.Nested._serialize:  # noqa: SLF001
        if _is_special(field.schema):
            return _dumper(field)
        one = compiler.serializer(field.schema)
        return (lambda values: [one(value) for value in values]) if field.schema.many or field.many else one
    if isinstance(field, base.List) and type(field)._serialize is base.List._serialize:  # noqa: SLF001
        return _list_of(field.inner, compiler)
    return None


def _list_of(item: base.Field[Any], compiler: _Compiler) -> Serializer:
    kind, dump = _passes(item), _dumper(item)
    if kind is not None:
        return lambda values: [v if v is None or v.__class__ is kind else dump(v) for v in values]
    inner = _inner(item, compiler)
    if inner is None:
        return lambda values: [dump(v) for v in values]
    return lambda values: [None if v is None else inner(v) for v in values]
