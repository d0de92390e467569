"""Compiled serializers write what marshmallow's dump writes."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time, timedelta, timezone
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import post_dump

from kernel.http import Schema, fields, page_of
from kernel.http.page import Page
from kernel.http.serializers import compile_serializer
from kernel.money import Money, MoneyField


class State(enum.Enum):
    DRAFT = "draft"
    LIVE = "live"


class Maker(Schema):
    id = fields.UUID()
    name = fields.String()


class Stamped(Schema):
    at = fields.DateTime()

    @post_dump
    def _stamp(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"stamped": True}


class Thing(Schema):
    id = fields.UUID()
    title = fields.String(data_key="Title")
    n = fields.Integer()
    text_n = fields.Integer(as_string=True)
    x = fields.Float()
    yes = fields.Boolean()
    at = fields.DateTime()
    day = fields.Date()
    us = fields.DateTime(format="%d/%m/%Y")
    clock = fields.Time()
    state = fields.Enum(State)
    state_value = fields.Enum(State, by_value=True)
    amount = fields.Decimal(as_string=True)
    price = MoneyField()
    maker = fields.Nested(Maker)
    makers = fields.Nested(Maker(only=("name",)), many=True)
    stamped = fields.Nested(Stamped)
    tags = fields.List(fields.String())
    when = fields.List(fields.DateTime())
    owners = fields.List(fields.Nested(Maker))
    maker_name = fields.Pluck(Maker, "name", attribute="maker", dump_only=True)
    extra = fields.Dict()
    raw = fields.Raw()
    secret = fields.String(load_only=True)
    renamed = fields.String(attribute="title", dump_only=True)
    dotted = fields.String(attribute="maker.name", dump_only=True)
    kind = fields.Constant("thing")
    shout = fields.Method("_shout")
    doubled = fields.Function(lambda thing: 2 * (thing["n"] if isinstance(thing, dict) else thing.n or 0))
    defaulted = fields.String(dump_default="none")

    def _shout(self, thing: Any) -> str:
        title = thing["title"] if isinstance(thing, dict) else thing.title
        return (title or "").upper()


zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))])
moments = st.datetimes(timezones=zones)
text = st.text(st.characters(exclude_categories=("Cs",)))
makers = st.fixed_dictionaries({"id": st.uuids(), "name": st.none() | text})
things = st.fixed_dictionaries(
    {
        "id": st.none() | st.uuids() | st.uuids().map(str),
        "title": text,
        "n": st.integers(-(2**53), 2**53) | st.booleans(),
        "text_n": st.integers(-9, 9),
        "x": st.none() | st.integers(-99, 99) | st.floats(allow_nan=False, allow_infinity=False),
        "yes": st.none() | st.booleans(),
        "at": st.none() | moments,
        "day": st.none() | st.dates(),
        "us": moments,
        "clock": st.none() | st.times(),
        "state": st.none() | st.sampled_from(State),
        "state_value": st.sampled_from(State),
        "amount": st.none() | st.decimals(allow_nan=False, allow_infinity=False),
        "price": st.none() | st.builds(Money, st.integers(-(10**9), 10**9), st.sampled_from(["USD", "JPY"])),
        "maker": st.none() | makers,
        "makers": st.lists(makers),
        "stamped": st.none() | st.fixed_dictionaries({"at": moments}),
        "tags": st.none() | st.lists(st.none() | text),
        "when": st.lists(moments),
        "owners": st.lists(st.none() | makers),
        "extra": st.none() | st.dictionaries(text, st.integers(-9, 9)),
        "raw": st.none() | st.integers(-9, 9) | text,
    }
)


def as_object(value: Any) -> Any:
    if isinstance(value, dict) and "name" in value:
        return SimpleNamespace(**value)
    return [as_object(each) for each in value] if isinstance(value, list) else value


def json_of(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value))


compiled = compile_serializer(Thing)


@given(things)
def test_it_equals_dump_for_dicts_and_objects(thing: dict[str, Any]) -> None:
    thing_object = SimpleNamespace(**{name: as_object(value) for name, value in thing.items()})

    assert json_of(compiled(thing)) == json_of(Thing().dump(thing))
    assert json_of(compiled(thing_object)) == json_of(Thing().dump(thing_object))


@given(things, st.sets(st.sampled_from(["title", "n", "at", "maker", "makers", "tags", "price"])))
def test_it_equals_dump_where_attributes_are_missing(thing: dict[str, Any], missing: set[str]) -> None:
    schema = Thing(exclude=("shout", "doubled"))
    partial = {name: value for name, value in thing.items() if name not in missing}

    assert json_of(compile_serializer(schema)(partial)) == json_of(schema.dump(partial))


@pytest.mark.parametrize(
    "options", [{"only": ("id", "maker.name")}, {"exclude": ("maker.id", "price", "shout")}]
)
def test_it_respects_only_and_exclude_at_depth(options: dict[str, Any]) -> None:
    schema = Thing(**options)
    thing = {
        "id": UUID(int=1),
        "title": "t",
        "n": 1,
        "maker": {"id": UUID(int=2), "name": "m"},
        "makers": [],
        "owners": [{"id": UUID(int=3), "name": "o"}],
    }

    assert json_of(compile_serializer(schema)(thing)) == json_of(schema.dump(thing))


class Node(Schema):
    name = fields.String()
    children = fields.List(fields.Nested(lambda: Node))
    parent = fields.Nested(lambda: Node(only=("name",)))


def test_a_schema_may_nest_itself() -> None:
    tree = {"name": "a", "parent": {"name": "p"}, "children": [{"name": "b", "parent": None, "children": []}]}

    assert json_of(compile_serializer(Node)(tree)) == json_of(Node().dump(tree))


class MakerRow(NamedTuple):
    id: UUID
    name: str


def test_rows_of_any_shape_serialise() -> None:
    row = MakerRow(UUID(int=5), "n")

    assert json_of(compile_serializer(Maker)(row)) == json_of(Maker().dump(row))
    assert json_of(compile_serializer(Maker(many=True))([row, row])) == json_of(
        Maker(many=True).dump([row, row])
    )


def test_schemas_with_hooks_are_left_to_marshmallow() -> None:
    assert compile_serializer(Stamped)({"at": datetime(2026, 1, 1, tzinfo=UTC)})["stamped"] is True


def test_a_page_serialises_its_items() -> None:
    page = page_of(Maker)

    shown = compile_serializer(page.schema)(Page([{"id": UUID(int=1), "name": "n"}], "next"))

    assert shown == {"items": [{"id": UUID(int=1), "name": "n"}], "next": "next"}


def test_moments_and_days_keep_their_form() -> None:
    shown = json_of(
        compiled(
            {
                "at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
                "day": date(2026, 1, 2),
                "clock": time(1, 2),
                "n": 1,
                "title": "t",
                "tags": [],
            }
        )
    )

    assert (shown["at"], shown["day"], shown["clock"]) == (
        "2026-01-02T03:04:05.000006+00:00",
        "2026-01-02",
        "01:02:00",
    )
