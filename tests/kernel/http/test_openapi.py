"""The document says what the endpoints do; the pages around it resolve."""

from __future__ import annotations

import gzip
import json
import re
import warnings
from typing import Any

import falcon.testing
import pytest
from marshmallow.validate import Length

from kernel.auth.problems import StepUpRequired
from kernel.clock import SystemClock
from kernel.declarations import Route
from kernel.errors import Conflict
from kernel.http import (
    ANONYMOUS,
    AUTHENTICATED,
    PUBLIC,
    Binary,
    Cached,
    Request,
    Response,
    Schema,
    endpoint,
    fields,
    page_of,
)
from kernel.http.openapi import openapi_document
from kernel.http.own_routes import own_routes
from kernel.http.problems import kinds
from kernel.http.settings import HttpSettings
from kernel.money import MoneyField
from tests.kernel.http.conftest import MakeApi


class ThingOut(Schema):
    id = fields.UUID(required=True)
    title = fields.String(
        required=True, validate=Length(1, 80), metadata={"description": "Shown to everybody."}
    )
    price = MoneyField(allow_none=True)
    parts = fields.List(fields.Nested(lambda: ThingOut))


class ThingIn(Schema):
    title = fields.String(required=True)
    price = MoneyField(minimum=0)


class ThingQuery(Schema):
    q = fields.String()


class Things:
    @endpoint(
        summary="List things",
        permission=PUBLIC,
        query=ThingQuery,
        response=page_of(ThingOut),
        cached=Cached(5),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Newest first."""

    @endpoint(
        summary="Make a thing",
        permission="things:make",
        body=ThingIn,
        response=ThingOut,
        status=201,
        idempotent=True,
        errors=(Conflict,),
        examples={"body": {"title": "Lamp"}},
    )
    def on_post(self, req: Request, resp: Response) -> Any: ...


class Thing:
    @endpoint(
        summary="Change a thing",
        permission=AUTHENTICATED,
        body=ThingIn(partial=True),
        response=ThingOut,
        etag=True,
        deprecated=True,
    )
    def on_patch(self, req: Request, resp: Response, thing_id: Any) -> Any: ...

    @endpoint(summary="Remove a thing", permission=AUTHENTICATED, step_up=True, errors=(StepUpRequired,))
    def on_delete(self, req: Request, resp: Response, thing_id: Any) -> None: ...


class SignIn:
    @endpoint(summary="Sign in", permission=ANONYMOUS, response=ThingOut)
    def on_post(self, req: Request, resp: Response) -> Any: ...


class Picture:
    @endpoint(
        summary="Upload", permission=AUTHENTICATED, consumes=("image/png",), response=Binary("image/png")
    )
    def on_put(self, req: Request, resp: Response, thing_id: Any) -> Any: ...


ROUTES = [
    Route("/sign-in", SignIn()),
    Route("/things", Things()),
    Route("/things/{thing_id:uuid}", Thing()),
    Route("/things/{thing_id:uuid}/picture", Picture()),
]


@pytest.fixture
def document() -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openapi_document(ROUTES, HttpSettings(title="Market"))


def test_it_is_whole_and_every_reference_resolves(document: dict[str, Any]) -> None:
    text = json.dumps(document)

    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "Market"
    for reference in set(re.findall(r'"#/components/(\w+)/([^"]+)"', text)):
        assert reference[1] in document["components"][reference[0]], reference
    ids = re.findall(r'"operationId": "(\w+)"', text)
    assert sorted(ids) == [
        "delete_things_by_thing_id",
        "get_things",
        "patch_things_by_thing_id",
        "post_sign_in",
        "post_things",
        "put_things_by_thing_id_picture",
    ]


def test_paths_carry_typed_parameters(document: dict[str, Any]) -> None:
    (parameter,) = [
        each
        for each in document["paths"]["/v1/things/{thing_id}"]["delete"]["parameters"]
        if each["in"] == "path"
    ]

    assert parameter == {
        "in": "path",
        "name": "thing_id",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }


def test_a_list_documents_its_page(document: dict[str, Any]) -> None:
    operation = document["paths"]["/v1/things"]["get"]

    assert {each["name"] for each in operation["parameters"]} == {"q", "cursor", "limit", "If-None-Match"}
    assert operation["description"] == "Newest first."
    assert operation["security"][0] == {}
    assert "304" in operation["responses"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert document["components"]["schemas"][schema]["required"] == ["items", "next"]


def test_two_lists_of_one_thing_share_their_page_and_a_counted_one_has_its_own() -> None:
    assert page_of(ThingOut).schema is page_of(ThingOut, default_limit=50).schema
    assert page_of(ThingOut, countable=True).schema.__name__ == "ThingOutCountedPage"


def test_an_endpoint_that_reads_no_credentials_documents_none(document: dict[str, Any]) -> None:
    operation = document["paths"]["/v1/sign-in"]["post"]

    assert operation["security"] == []
    assert "401" not in operation["responses"]


def test_a_post_documents_its_key_its_permission_and_its_problems(document: dict[str, Any]) -> None:
    operation = document["paths"]["/v1/things"]["post"]

    assert [each["name"] for each in operation["parameters"]] == ["Idempotency-Key"]
    assert "`things:make`" in operation["description"]
    assert operation["security"] == [{"bearer": []}, {"api_key": []}]
    assert set(operation["responses"]) == {
        "201",
        "400",
        "401",
        "403",
        "406",
        "408",
        "409",
        "413",
        "414",
        "415",
        "422",
        "429",
        "431",
        "503",
    }
    assert (
        operation["requestBody"]["content"]["application/json"]["examples"]["example"]["value"]["title"]
        == "Lamp"
    )
    conflict = operation["responses"]["409"]["$ref"].rpartition("/")[2]
    assert "idempotency-key-in-use" in document["components"]["responses"][conflict]["description"]


def test_an_edit_documents_if_match_and_a_partial_body(document: dict[str, Any]) -> None:
    operation = document["paths"]["/v1/things/{thing_id}"]["patch"]

    assert "If-Match" in {each["name"] for each in operation["parameters"]}
    assert "412" in operation["responses"]
    assert operation["deprecated"] is True
    assert "required" not in operation["requestBody"]["content"]["application/json"]["schema"]


def test_schemas_are_closed_and_described(document: dict[str, Any]) -> None:
    thing = next(
        schema for name, schema in document["components"]["schemas"].items() if name.endswith("ThingOut")
    )

    assert thing["additionalProperties"] is False
    assert thing["properties"]["title"] == {
        "type": "string",
        "minLength": 1,
        "maxLength": 80,
        "description": "Shown to everybody.",
    }


def test_the_document_is_served_and_revalidates(make_api: MakeApi) -> None:
    api = make_api("/things", Things())

    first = api.simulate_get("/openapi.json")
    again = api.simulate_get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})

    assert "/v1/things" in first.json["paths"]
    assert "/reference" in first.json["paths"]
    assert "/v1/_clock" not in first.json["paths"]
    assert again.status_code == 304


def test_the_reference_loads_its_script_from_here_under_its_policy(make_api: MakeApi) -> None:
    api = make_api("/things", Things(), title="<Market>")

    page = api.simulate_get("/reference")
    script = re.search(r'src="([^"]+)"', page.text)
    assert script is not None
    packed = api.simulate_get(script[1], headers={"Accept-Encoding": "gzip, br"})
    plain = api.simulate_get(script[1])

    assert "&lt;Market&gt;" in page.text
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert not re.search(r"https?://", page.text)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert b"RapiDoc" in plain.content
    assert len(packed.content) < 400_000


def test_the_reference_suits_the_readers_screen(make_api: MakeApi) -> None:
    api = make_api("/things", Things())

    page = api.simulate_get("/reference")
    look = api.simulate_get("/reference/reference.js")

    assert '<script src="/reference/reference.js"></script>' in page.text
    assert look.headers["content-type"].startswith("text/javascript")
    assert '"render-style", "view"' in look.text
    assert "prefers-color-scheme: dark" in look.text


def test_the_reference_can_be_left_out(make_api: MakeApi) -> None:
    api = make_api("/things", Things(), docs=False)

    assert {api.simulate_get(path).status_code for path in ("/openapi.json", "/reference")} == {404}


def test_every_problem_type_resolves_to_a_page(make_api: MakeApi) -> None:
    api = make_api("/things", Things())

    for slug in kinds():
        assert slug in api.simulate_get(f"/problems/{slug}").text
    assert api.simulate_get("/problems/nothing-of-the-kind").status_code == 404
    assert "/problems/conflict" in api.simulate_get("/problems").text


class Now:
    def __init__(self, make_api: MakeApi, **options: Any) -> None:
        self.api: falcon.testing.TestClient = make_api("/things", Things(), **options)

    def move(self, change: dict[str, Any]) -> falcon.testing.Result:
        return self.api.simulate_post("/v1/_clock", json=change)


def test_the_test_clock_moves_by_request(make_api: MakeApi) -> None:
    now = Now(make_api)

    moved = now.move({"set": "2030-01-01T00:00:00Z"}).json["now"]
    advanced = now.move({"advance": 86_400}).json["now"]

    assert (moved[:10], advanced[:10]) == ("2030-01-01", "2030-01-02")


@pytest.mark.parametrize(
    "change",
    [{}, {"advance": 1e300}, {"set": "9999-12-31T23:59:59Z"}, {"advance": 1, "set": "2030-01-01T00:00:00Z"}],
)
def test_a_move_that_makes_no_sense_is_422(make_api: MakeApi, change: dict[str, Any]) -> None:
    assert Now(make_api).move(change).status_code == 422


def test_the_test_clock_is_not_there_in_production_or_on_a_system_clock(make_api: MakeApi) -> None:
    assert Now(make_api, environment="production").move({"advance": 1}).status_code == 404

    class Real:
        clock, production, settings = SystemClock(), False, HttpSettings()

    assert "/_clock" not in {route.path for route in own_routes([], Real)}  # type: ignore[arg-type]
