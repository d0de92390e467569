"""Typed attributes: definitions, inheritance, the check of values."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import Invalid, NotFound
from plugins.categories import api
from plugins.categories.attributes import TYPES, Attribute, check

pytestmark = pytest.mark.plugins("categories")
CONDITION = {
    "key": "condition",
    "label": "Condition",
    "type": "choice",
    "required": True,
    "options": ["new", "used"],
}
STORAGE = {
    "key": "storage",
    "label": "Storage",
    "type": "integer",
    "unit": "GB",
    "minimum": 1,
    "maximum": 1024,
}
ALL = [
    STORAGE,
    {"key": "model", "label": "Model", "type": "text", "maximum": 10},
    {"key": "screen", "label": "Screen", "type": "decimal", "minimum": 1.5, "unit": "in"},
    {"key": "sealed", "label": "Sealed", "type": "boolean"},
    {
        "key": "colours",
        "label": "Colours",
        "type": "multi_choice",
        "options": ["red", "blue", "green"],
        "maximum": 2,
    },
    {"key": "bought", "label": "Bought", "type": "date", "minimum": "20200101"},
]


@pytest.fixture
def phones(grow):
    """Phones below Electronics: `condition` inherited, six types of its own."""
    return UUID(grow("Phones", grow("Electronics", attributes=[CONDITION]), attributes=ALL)["id"])


def faults(category_id, values, **options):
    with pytest.raises(Invalid) as refused:
        api.validate_attributes(category_id, values, **options)
    return {one.pointer: one.detail for one in refused.value.errors}


def test_a_child_inherits_and_tells_from_whom(client, phones):
    shown = client.get(f"/v1/categories/{phones}").json

    assert [one["key"] for one in shown["attributes"]][:2] == ["condition", "storage"]
    assert shown["attributes"][0]["category_id"] == shown["path"][0]["id"]
    assert [one.key for one in api.attributes_of(phones)][:2] == ["condition", "storage"]


def test_good_values_are_kept_in_their_normal_form(phones):
    values = {
        "condition": "new",
        "storage": 128.0,
        "model": "  X1 ",
        "screen": 6.1,
        "sealed": False,
        "colours": ["green", "red"],
        "bought": "20260131",
    }

    assert api.validate_attributes(phones, values) == {
        "condition": "new",
        "storage": 128,
        "model": "X1",
        "screen": 6.1,
        "sealed": False,
        "colours": ["red", "green"],
        "bought": "2026-01-31",
    }


def test_every_fault_is_told_at_its_place(phones):
    values = {
        "storage": 2048,
        "model": "X" * 11,
        "screen": "6.1",
        "sealed": "yes",
        "colours": ["red", "pink"],
        "bought": "2019-12-31",
        "a/b": 1,
    }

    assert faults(phones, values) == {
        "/attributes/condition": "Condition is required.",
        "/attributes/storage": "At most 1024 GB.",
        "/attributes/model": "At most 10 characters.",
        "/attributes/screen": "Write a number.",
        "/attributes/sealed": "Write true or false.",
        "/attributes/colours/1": "Choose among: red, blue, green.",
        "/attributes/bought": "At least 2020-01-01.",
        "/attributes/a~1b": "This category has no such attribute.",
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("storage", True),
        ("storage", 1.5),
        ("storage", 10**30),
        ("storage", "5"),
        ("screen", float("nan")),
        ("screen", float("inf")),
        ("screen", 1.2345678901234567),
        ("colours", "red"),
        ("colours", ["red", "red"]),
        ("colours", ["red", "blue", "green"]),
        ("colours", [["red"]]),
        ("bought", "yesterday"),
        ("bought", 20260131),
        ("model", 5),
        ("condition", ["new"]),
        ("condition", {}),
    ],
)
def test_a_value_of_another_kind_is_refused(phones, key, value):
    found = faults(phones, {"condition": "new", key: value})

    assert [pointer.split("/")[2] for pointer in found] == [key]


def test_a_draft_may_lack_what_is_required_and_nothing_else(phones):
    assert api.validate_attributes(phones, {"condition": "", "model": None}, complete=False) == {}
    assert faults(phones, {"storage": 0}, complete=False, pointer="/a") == {"/a/storage": "At least 1 GB."}


def test_unknown_categories_are_named():
    assert faults(uuid4(), {}) == {"/category_id": "There is no such category."}
    with pytest.raises(NotFound):
        api.path_of(uuid4())
    with pytest.raises(NotFound):
        api.attributes_of(uuid4())
    assert api.descendants(uuid4()) == ()


@pytest.mark.parametrize(
    ("definition", "pointer"),
    [
        ({"type": "choice"}, "/attributes/0/options"),
        ({"type": "text", "options": ["a"]}, "/attributes/0/options"),
        ({"type": "choice", "options": ["a", "a"]}, "/attributes/0/options"),
        ({"type": "text", "unit": "cm"}, "/attributes/0/unit"),
        ({"type": "integer", "minimum": 2, "maximum": 1}, "/attributes/0/maximum"),
        ({"type": "integer", "minimum": "2"}, "/attributes/0/minimum"),
        ({"type": "text", "minimum": -1}, "/attributes/0/minimum"),
        ({"type": "boolean", "maximum": 1}, "/attributes/0/maximum"),
        ({"type": "date", "maximum": 2026}, "/attributes/0/maximum"),
        ({"type": "colour"}, "/attributes/0/type"),
        ({"type": "text", "key": "Not a key"}, "/attributes/0/key"),
        ({}, "/attributes/0/type"),
    ],
)
def test_a_definition_that_cannot_hold_is_refused(admin, grow, definition, pointer):
    home = grow("Home")
    attributes = [{"key": "one", "label": "One", **definition}]

    answers = [
        admin.post("/v1/categories", {"name": "New", "attributes": attributes}),
        admin.patch(f"/v1/categories/{home['id']}", {"attributes": attributes}),
    ]

    assert [answer.json["errors"][0]["pointer"] for answer in answers] == [pointer] * 2


def test_a_key_is_defined_once_in_a_category_and_along_a_path(admin, grow):
    home = grow("Home", attributes=[CONDITION])
    lamps = grow("Lamps", home)
    other = grow("Other", attributes=[STORAGE])
    grow("Disks", lamps, attributes=[STORAGE])

    twice = admin.post("/v1/categories", {"name": "New", "attributes": [STORAGE, STORAGE]})
    clashes = [
        admin.post("/v1/categories", {"name": "Below", "parent_id": lamps["id"], "attributes": [CONDITION]}),
        admin.patch(f"/v1/categories/{lamps['id']}", {"attributes": [CONDITION]}),
        admin.patch(f"/v1/categories/{home['id']}", {"attributes": [CONDITION, STORAGE]}),
        admin.post(f"/v1/categories/{lamps['id']}/move", {"parent_id": other["id"]}),
    ]

    assert twice.json["errors"][0]["pointer"] == "/attributes/1/key"
    assert [answer.problem for answer in clashes] == ["category-attribute-clash"] * 4
    assert clashes[-1].json["keys"] == ["storage"]


def test_a_definition_changes_at_once_and_keeps_its_type(admin, phones):
    api.attributes_of(phones)
    own = [{**STORAGE, "maximum": 4096}]

    changed = admin.patch(f"/v1/categories/{phones}", {"attributes": own})
    other = admin.patch(f"/v1/categories/{phones}", {"attributes": [{**STORAGE, "type": "decimal"}]})

    assert changed.status == 200
    assert [one.key for one in api.attributes_of(phones)] == ["condition", "storage"]
    assert api.validate_attributes(phones, {"condition": "new", "storage": 4096})["storage"] == 4096
    assert other.json["errors"][0]["pointer"] == "/attributes/0/type"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.sampled_from(TYPES), JSON)
def test_whatever_comes_is_kept_or_refused_and_what_is_kept_stays(type, value):
    options = ("a", "b") if type in {"choice", "multi_choice"} else ()
    attributes = [Attribute("key", "Key", type, options=options)]

    kept, faults = check(attributes, {"key": value}, "", complete=True)

    assert not (kept and faults)
    assert check(attributes, kept, "", complete=True) == (kept, [])
