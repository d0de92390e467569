"""Nothing a client sends is without an end, and nothing is taken that nobody declared.

OWASP API3:2023 (mass assignment) and API4:2023 (unrestricted consumption), over the
schemas of every route and socket event of the demo profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from marshmallow import RAISE, Schema, validate
from marshmallow import fields as base

from kernel import MoneyField
from kernel.http.endpoint import endpoints_of
from kernel.http.routing import path_of
from tests.hostile.conftest import DEMO

PLUGINS = DEMO
BOUNDED_BY: Final = {
    "payload": "the schema of the message's type (plugins/chat/services/content.py)",
    "minimum": "the attribute's kind (plugins/categories/attributes.py)",
    "maximum": "the attribute's kind (plugins/categories/attributes.py)",
    "currency": "the codes of ISO 4217",
}
"""Fields whose end is set where their value is known, and by what."""
ENDLESS: Final = re.compile(r"(?<!\\)[*+]|,\}")
INT64: Final = 2**63


@pytest.fixture(autouse=True)
def sound() -> None:
    """Nothing is sent here."""


def schemas(app: Any) -> Iterator[tuple[str, Any]]:
    for _, route in app.registry.routes:
        for method, declared in endpoints_of(route.resource).items():
            for where in ("body", "query"):
                yield f"{method.upper()} {path_of(route)} {where}", getattr(declared, where)
    for _, namespace in app.registry.realtime:
        for event in namespace.inbound:
            yield f"{namespace.path} {event.name}", event.body


def fields_of(app: Any) -> Iterator[tuple[str, base.Field[Any]]]:
    for where, schema in schemas(app):
        if schema is not None:
            yield from _below(schema, where)


def _below(schema: Any, where: str) -> Iterator[tuple[str, base.Field[Any]]]:
    made: Schema = schema() if isinstance(schema, type) else schema
    for name, field in made.load_fields.items():
        yield from _field(field, f"{where} /{field.data_key or name}")


def _field(field: base.Field[Any], where: str) -> Iterator[tuple[str, base.Field[Any]]]:
    yield where, field
    if isinstance(field, base.Nested):
        yield from _below(field.schema, where)
    elif isinstance(field, base.List):
        yield from _field(field.inner, f"{where}/*")
    elif isinstance(field, base.Dict) and field.value_field is not None:
        yield from _field(field.value_field, f"{where}/*")


def has_an_end(field: base.Field[Any]) -> bool:
    """Say whether the length of a text, list or object, or the size of a number, is limited."""
    rules = field.validators
    if any(isinstance(each, validate.OneOf | validate.ContainsOnly) for each in rules):
        return True
    if isinstance(field, base.Integer | base.Float):
        ranges = [each for each in rules if isinstance(each, validate.Range)]
        return any(_within(each) for each in ranges)
    keys = field.key_field.validators if isinstance(field, base.Dict) and field.key_field else ()
    return any(isinstance(each, validate.OneOf) for each in keys) or any(_ends(each) for each in rules)


def _ends(rule: Any) -> bool:
    if isinstance(rule, validate.Regexp):
        return not ENDLESS.search(rule.regex.pattern)
    return isinstance(rule, validate.Length) and (rule.max or rule.equal) is not None


def _within(rule: validate.Range) -> bool:
    return rule.min is not None and rule.max is not None and rule.min >= -INT64 and rule.max < INT64


FREE: Final = (base.UUID, base.Boolean, base.DateTime, base.Date, base.Time, base.Enum, base.Nested)
"""Fields that end by what they are."""


def test_every_field_has_an_end(app):
    seen = list(fields_of(app))

    endless = [
        where
        for where, field in seen
        if not (isinstance(field, FREE) or has_an_end(field) or where.rpartition("/")[2] in BOUNDED_BY)
    ]

    assert endless == [], "give it validate=Length(max=…), or say in BOUNDED_BY what ends it"
    assert len(seen) > 400


def test_no_schema_takes_what_it_does_not_declare(app):
    every = dict(schemas(app)) | {
        where: field.schema for where, field in fields_of(app) if isinstance(field, base.Nested)
    }
    made = {where: each() if isinstance(each, type) else each for where, each in every.items() if each}

    assert [where for where, schema in made.items() if schema.unknown != RAISE] == []
    assert len(made) > 150


def test_no_amount_is_larger_than_what_adds_up(app):
    amounts = [field for _, field in fields_of(app) if isinstance(field, MoneyField)]

    assert amounts
    assert all(field.maximum * 10_000 < INT64 for field in amounts)


@pytest.mark.parametrize(
    "field",
    [
        base.String(),
        base.String(validate=validate.Length(min=1)),
        base.String(validate=validate.Regexp(r"[^\x00]*\Z")),
        base.List(base.UUID()),
        base.Dict(keys=base.String(), values=base.Boolean()),
        base.Integer(),
        base.Integer(validate=validate.Range(min=0)),
        base.Raw(),
    ],
)
def test_a_field_without_an_end_would_be_found(field):
    assert not has_an_end(field)
