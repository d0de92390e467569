"""Patterns in the OpenAPI document mean what the validators check."""

from __future__ import annotations

import re
from typing import Any

import pytest
from marshmallow import ValidationError
from marshmallow.validate import Length, Regexp

from kernel.declarations import Route
from kernel.http import PUBLIC, Request, Response, Schema, endpoint, fields
from kernel.http.openapi import openapi_document
from kernel.http.patterns import ecma
from kernel.http.settings import HttpSettings


class Named(Schema):
    plain = fields.String(validate=Regexp(r"[a-z]+\Z"))
    several = fields.String(validate=[Length(max=9), Regexp(r"^[^\n]*\Z"), Regexp(r".*\S")])
    flagged = fields.String(validate=Regexp("x+", re.IGNORECASE))


class Names:
    @endpoint(summary="Name", permission=PUBLIC, body=Named, response=Named)
    def on_post(self, req: Request, resp: Response) -> Any: ...


def test_every_pattern_of_a_field_is_documented() -> None:
    document = openapi_document([Route("/names", Names())], HttpSettings())

    properties = next(iter(s for name, s in document["components"]["schemas"].items() if "Named" in name))[
        "properties"
    ]
    assert properties["plain"] == {"type": "string", "pattern": "^(?:[a-z]+$)"}
    assert properties["several"]["allOf"] == [{"pattern": r"^[^\n]*$"}, {"pattern": r"^(?:.*\S)"}]
    assert properties["several"]["maxLength"] == 9
    assert "pattern" not in properties["flagged"]


@pytest.mark.parametrize("pattern", [r"[a-z]+\Z", r"a|b\Z", r"^a|b", r"(a|b)", r"\\Z", r"a\.b", r"^[ab]*\Z"])
@pytest.mark.parametrize("text", ["a", "b", "ab", "xb", "a.b", "\\Z", "a\\", "1a", "Z", ""])
def test_a_search_for_the_written_pattern_finds_what_the_validator_takes(pattern: str, text: str) -> None:
    def taken() -> bool:
        try:
            Regexp(pattern)(text)
        except ValidationError:
            return False
        return True

    assert bool(re.search(ecma(pattern), text)) == taken()
