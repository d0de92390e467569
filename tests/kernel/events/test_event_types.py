"""Event classes: what they may hold, how they are stored and loaded."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.events import event, event_type, wire_type
from kernel.money import Money
from tests.kernel.events.jars import Colour, JarFilled, JarSold


@event("shelf.jar.weighed")
class JarWeighed:
    grams: Decimal


def sold(**changes: object) -> JarSold:
    values = {
        "jar": uuid4(),
        "at": datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
        "price": Money(1999, "USD"),
        "colour": Colour.BLUE,
        "tags": ("a", "b"),
        "counts": {"x": 1},
    }
    return JarSold(**{**values, **changes})


def test_an_event_survives_its_way_through_the_store() -> None:
    original = sold()

    text = event_type(original).text(original)

    assert event_type(JarSold).load(orjson.loads(text)) == original


@given(
    st.builds(
        JarSold,
        jar=st.uuids(),
        at=st.datetimes(timezones=st.just(UTC)),
        price=st.builds(Money, st.integers(-(2**53), 2**53), st.sampled_from(["USD", "JPY", "KWD"])),
        colour=st.sampled_from(Colour),
        tags=st.lists(st.text(st.characters(exclude_categories=["Cs"]))).map(tuple),
        note=st.none() | st.text(st.characters(exclude_categories=["Cs"])),
        counts=st.none()
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 9)),
    )
)
def test_whatever_fits_the_declaration_survives(original: JarSold) -> None:
    declared = event_type(original)

    assert declared.load(orjson.loads(declared.text(original))) == original


def test_an_event_is_frozen_and_takes_keywords_only() -> None:
    filled = JarFilled(jar="a")

    with pytest.raises(dataclasses.FrozenInstanceError):
        filled.jar = "b"
    with pytest.raises(TypeError):
        JarFilled("a")


def test_the_wire_type_carries_the_version() -> None:
    assert wire_type(JarSold) == "shelf.jar.sold.v2"
    assert wire_type(JarFilled) == "shelf.jar.filled.v1"


def test_an_event_stored_before_a_field_was_added_still_loads() -> None:
    loaded = event_type(JarFilled).load({"jar": "a"})

    assert loaded == JarFilled(jar="a", number=0)


def test_a_field_newer_code_stored_is_passed_over() -> None:
    assert event_type(JarFilled).load({"jar": "a", "lid": "tin"}) == JarFilled(jar="a")


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ValueError, match=r"shelf\.jar\.filled\.v1: jar is missing"):
        event_type(JarFilled).load({"number": 1})


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"jar": "no uuid"}, "jar"),
        ({"at": datetime(2026, 1, 1)}, "at"),  # noqa: DTZ001 - the fault under test
        ({"tags": ["a list", "where a tuple is declared"]}, "tags"),
        ({"note": 7}, "note"),
        ({"counts": {"x": "one"}}, "counts"),
    ],
)
def test_a_value_unlike_its_declaration_is_refused_by_name(changes: dict[str, object], named: str) -> None:
    with pytest.raises(TypeError, match=named):
        event_type(JarSold).text(sold(**changes))


def test_an_id_given_as_text_is_told_with_both_types() -> None:
    with pytest.raises(TypeError, match=r"jar is a str and is read back as a UUID"):
        event_type(JarSold).text(sold(jar="0190f3c2-0000-7000-8000-000000000000"))


def test_a_type_json_cannot_hold_is_named_with_its_field() -> None:
    with pytest.raises(TypeError, match=r"JarWeighed\.grams.*Decimal"):
        event_type(JarWeighed).codec  # noqa: B018


@pytest.mark.parametrize(
    "name", ["filled", "Shelf.jar.filled", "shelf..filled", "shelf.jar filled", "a.b.c.d.e"]
)
def test_a_name_that_is_not_plugin_entity_happened_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match="event name"):
        event(name)


def test_a_key_that_is_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match="no field 'lid'"):

        @event("shelf.jar.opened", key="lid")
        class JarOpened:
            jar: str


def test_the_schema_requires_what_has_no_default() -> None:
    schema = event_type(JarSold).schema()

    assert schema["title"] == "shelf.jar.sold.v2"
    assert schema["required"] == ["jar", "at", "price", "colour"]
    assert schema["properties"]["colour"] == {"enum": ["red", "blue"]}
    assert schema["properties"]["price"]["properties"]["amount"] == {"type": "integer"}
