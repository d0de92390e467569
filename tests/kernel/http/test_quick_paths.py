"""The short ways give what the long ones give: loads, plain pages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError, post_load
from marshmallow.validate import Range

from kernel.http import PUBLIC, Page, Request, Response, Schema, endpoint, fields, page_of
from kernel.http.validation import quick_load
from tests.kernel.http.conftest import MakeApi


class Filters(Schema):
    name = fields.String(required=True)
    most = fields.Integer(validate=Range(max=10))
    sort = fields.String(load_default="newest")
    seller = fields.UUID(data_key="by")
    tags = fields.List(fields.String(), load_default=())


class Doubled(Schema):
    most = fields.Integer()

    @post_load
    def double(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: 2 * value for name, value in data.items()}


class Item(Schema):
    number = fields.Integer()


def outcome(load: Any, given_: dict[str, Any]) -> Any:
    try:
        return load(given_)
    except ValidationError as ex:
        return ex.messages


VALUES = st.one_of(
    st.none(), st.integers(-20, 20), st.text(max_size=3), st.lists(st.text(max_size=2), max_size=2)
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["name", "most", "sort", "by", "seller", "tags", "other"]), VALUES))
def test_a_quick_load_gives_and_refuses_what_marshmallow_does(given_: dict[str, Any]) -> None:
    schema = Filters()

    assert outcome(quick_load(schema), given_) == outcome(schema.load, given_)


def test_a_schema_with_hooks_is_loaded_by_marshmallow() -> None:
    load = quick_load(Doubled())

    assert load({"most": 2}) == {"most": 4}


@pytest.mark.parametrize("environment", ["test", "production"])
def test_a_plain_page_reads_like_any_other(make_api: MakeApi, environment: str) -> None:
    class Items:
        @endpoint(summary="Items", permission=PUBLIC, response=page_of(Item))
        def on_get(self, req: Request, resp: Response) -> Page[dict[str, Any]]:
            return Page([{"number": 1}, {"number": 2}], plain=True)

    answer = make_api("/items", Items(), environment=environment).simulate_get("/v1/items")

    assert answer.json == {"items": [{"number": 1}, {"number": 2}], "next": None}


def test_a_plain_page_that_is_not_what_its_schema_shows_fails_in_tests(make_api: MakeApi) -> None:
    class Items:
        @endpoint(summary="Items", permission=PUBLIC, response=page_of(Item))
        def on_get(self, req: Request, resp: Response) -> Page[dict[str, Any]]:
            return Page([{"number": 1, "secret": 2}], plain=True)

    answer = make_api("/items", Items()).simulate_get("/v1/items")

    assert answer.status_code == 500
