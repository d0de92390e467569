"""Declarations: what they demand is enforced, what is unsound is refused at boot."""

from __future__ import annotations

from typing import Any

import pytest

from kernel import context
from kernel.declarations import Route
from kernel.errors import ConfigurationError, NotFound
from kernel.http import (
    ANONYMOUS,
    AUTHENTICATED,
    PUBLIC,
    UNLIMITED,
    Binary,
    Page,
    Rate,
    Request,
    Response,
    Schema,
    endpoint,
    fields,
    page_of,
)
from tests.kernel.http.conftest import MakeApi, as_user

JSON = {"Content-Type": "application/json"}


class Greeting(Schema):
    text = fields.String(required=True)
    times = fields.Integer()


class Greetings:
    @endpoint(summary="Greet", permission=PUBLIC, response=Greeting)
    def on_get(self, req: Request, resp: Response) -> dict[str, Any]:
        return {"text": f"hello {req.principal.kind}"}

    @endpoint(summary="Say", permission=AUTHENTICATED, body=Greeting, response=Greeting, status=201)
    def on_post(self, req: Request, resp: Response) -> dict[str, Any]:
        return req.body

    @endpoint(summary="Forget", permission="shops:edit")
    def on_delete(self, req: Request, resp: Response) -> None:
        pass


def test_a_public_endpoint_answers_callers_with_and_without_credentials(make_api: MakeApi) -> None:
    api = make_api("/greetings", Greetings())

    nobody, ann = api.simulate_get("/v1/greetings"), api.simulate_get("/v1/greetings", headers=as_user("ann"))

    assert (nobody.json["text"], ann.json["text"]) == ("hello anonymous", "hello user")


def test_bad_credentials_are_refused_even_where_none_are_needed(make_api: MakeApi) -> None:
    answer = make_api("/greetings", Greetings()).simulate_get("/v1/greetings", headers=as_user("mallory"))

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


class SignIn:
    @endpoint(summary="Sign in", permission=ANONYMOUS, response=Greeting)
    def on_post(self, req: Request, resp: Response) -> dict[str, Any]:
        acting = context.principal.get()
        return {"text": f"hello {req.principal.kind}, {acting.kind if acting else 'unset'}"}


@pytest.mark.parametrize("name", ["mallory", "ann"])
def test_an_anonymous_endpoint_does_not_read_credentials(make_api: MakeApi, name: str) -> None:
    answer = make_api("/sign-in", SignIn()).simulate_post("/v1/sign-in", headers=as_user(name))

    assert (answer.status_code, answer.json["text"]) == (200, "hello anonymous, anonymous")


def test_permissions_tell_unknown_callers_from_forbidden_ones(make_api: MakeApi) -> None:
    api = make_api("/greetings", Greetings())

    statuses = [
        api.simulate_delete("/v1/greetings", headers=each).status_code
        for each in ({}, as_user("bob"), as_user("ann"), as_user("root"))
    ]

    assert statuses == [401, 403, 403, 204]


def test_a_scoped_permission_holds_in_its_scope_only(make_api: MakeApi) -> None:
    class Shop:
        @endpoint(summary="Edit", permission="shops:edit", scope=lambda req, number: f"shop:{number}")
        def on_put(self, req: Request, resp: Response, number: int) -> None:
            pass

    api = make_api("/shops/{number:int}", Shop())

    own = api.simulate_put("/v1/shops/1", headers=as_user("ann")).status_code
    other = api.simulate_put("/v1/shops/2", headers=as_user("ann")).status_code

    assert (own, other) == (204, 403)


def test_a_step_up_endpoint_wants_a_recent_second_factor(make_api: MakeApi) -> None:
    class Secret:
        @endpoint(summary="Reveal", permission=AUTHENTICATED, step_up=True)
        def on_post(self, req: Request, resp: Response) -> None:
            pass

    api = make_api("/secret", Secret())

    statuses = [api.simulate_post("/v1/secret", headers=as_user(name)).status_code for name in ("ann", "bob")]

    assert statuses == [403, 204]


def test_every_fault_of_a_body_is_pointed_at(make_api: MakeApi) -> None:
    api = make_api("/greetings", Greetings())

    answer = api.simulate_post("/v1/greetings", json={"times": "5", "a/b": 1}, headers=as_user("ann"))

    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json["errors"]} == {"/text", "/times", "/a~1b"}


@pytest.mark.parametrize(
    ("body", "remedy"), [({}, "This is required."), ({"text": None}, "This may not be null.")]
)
def test_a_missing_value_is_named_in_words_for_a_client(make_api: MakeApi, body: Any, remedy: str) -> None:
    api = make_api("/greetings", Greetings())

    answer = api.simulate_post("/v1/greetings", json=body, headers=as_user("ann"))

    assert answer.json["errors"] == [{"detail": remedy, "pointer": "/text"}]


@pytest.mark.parametrize("times", ["5", 5.5, True, 2**63, 123456789012345678901234567890, 1e300])
def test_an_integer_of_a_body_is_an_integer(make_api: MakeApi, times: Any) -> None:
    api = make_api("/greetings", Greetings())

    answer = api.simulate_post("/v1/greetings", json={"text": "x", "times": times}, headers=as_user("ann"))

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/times"


def test_an_integral_number_is_an_integer_too(make_api: MakeApi) -> None:
    api = make_api("/greetings", Greetings())

    answer = api.simulate_post(
        "/v1/greetings", body=b'{"text": "x", "times": 5.0}', headers=JSON | as_user("ann")
    )

    assert answer.text == '{"text":"x","times":5}'


class Search(Schema):
    q = fields.String()
    limit = fields.Integer(load_default=5)
    exact = fields.Boolean()
    tag = fields.List(fields.String())
    ratio = fields.Float()


class Found(Schema):
    query = fields.Dict()


class Searching:
    @endpoint(summary="Search", permission=PUBLIC, query=Search, response=Found)
    def on_get(self, req: Request, resp: Response) -> dict[str, Any]:
        return {"query": req.query}


def test_query_text_becomes_the_declared_types(make_api: MakeApi) -> None:
    api = make_api("/search", Searching())

    answer = api.simulate_get("/v1/search", query_string="q=5&limit=7&exact=true&tag=a&tag=b&ratio=-1.5e1")

    assert answer.json["query"] == {"q": "5", "limit": 7, "exact": True, "tag": ["a", "b"], "ratio": -15.0}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("limit=1&limit=2", "limit"),
        ("exact=yes", "exact"),
        ("unknown=1", "unknown"),
        ("q=%00", "q"),
        ("q=%ff", "q"),
        ("ratio=nan", "ratio"),
        ("ratio=1e999", "ratio"),
        ("q=a&q=b", "q"),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused_by_name(
    make_api: MakeApi, query: str, parameter: str
) -> None:
    answer = make_api("/search", Searching()).simulate_get("/v1/search", query_string=query)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["parameter"] == parameter


def test_an_unknown_parameter_is_told_alike_with_and_without_a_query_schema(make_api: MakeApi) -> None:
    answer = make_api("/search", Searching()).simulate_get("/v1/search", query_string="debug=1")

    assert answer.json["errors"] == [{"detail": "Unknown parameter.", "parameter": "debug"}]


def test_an_endpoint_without_a_query_schema_takes_no_parameter(make_api: MakeApi) -> None:
    answer = make_api("/greetings", Greetings()).simulate_get("/v1/greetings", query_string="debug=1")

    assert answer.json["errors"] == [{"detail": "Unknown parameter.", "parameter": "debug"}]


def test_binary_answers_take_bytes_text_and_streams(make_api: MakeApi) -> None:
    class File:
        @endpoint(summary="Get", permission=PUBLIC, response=Binary("text/plain; charset=utf-8"))
        def on_get(self, req: Request, resp: Response, kind: str) -> Any:
            return {"bytes": b"abc", "text": "abc", "stream": iter([b"a", b"bc"])}[kind]

    api = make_api("/files/{kind}", File())

    bodies = [api.simulate_get(f"/v1/files/{kind}").content for kind in ("bytes", "text", "stream")]

    assert bodies == [b"abc"] * 3
    assert api.simulate_get("/v1/files/text").headers["content-type"] == "text/plain; charset=utf-8"


def test_head_answers_like_get_without_the_body(make_api: MakeApi) -> None:
    api = make_api("/greetings", Greetings())

    get, head = api.simulate_get("/v1/greetings"), api.simulate_head("/v1/greetings")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


def test_options_names_the_methods_and_others_are_refused(make_api: MakeApi) -> None:
    api = make_api("/greetings", Greetings())

    options, put = api.simulate_options("/v1/greetings"), api.simulate_put("/v1/greetings")

    assert options.status_code == 204
    assert options.headers["allow"] == "DELETE, GET, HEAD, POST, OPTIONS"
    assert (put.status_code, put.json["type"]) == (405, "/problems/method-not-allowed")
    assert "GET" in put.headers["allow"]


def test_a_route_limit_counts_apart_and_says_when_to_come_back(make_api: MakeApi) -> None:
    class Door:
        @endpoint(summary="Knock", permission=PUBLIC, rate=Rate(2, per=60))
        def on_post(self, req: Request, resp: Response) -> None:
            pass

        @endpoint(summary="Look", permission=PUBLIC, rate=UNLIMITED)
        def on_delete(self, req: Request, resp: Response) -> None:
            pass

    api = make_api("/door", Door(), Route("/greetings", Greetings()), rate_limit=3)

    knocks = [api.simulate_post("/v1/door") for _ in range(3)]
    looks = {api.simulate_delete("/v1/door").status_code for _ in range(5)}
    greetings = [api.simulate_get("/v1/greetings").status_code for _ in range(4)]

    assert [each.status_code for each in knocks] == [204, 204, 429]
    assert [each.headers["ratelimit-remaining"] for each in knocks] == ["1", "0", "0"]
    assert int(knocks[-1].headers["retry-after"]) == 30
    assert looks == {204}
    assert greetings == [200, 200, 200, 429]


def test_a_principal_limit_follows_the_caller_across_addresses(make_api: MakeApi) -> None:
    class Bell:
        @endpoint(summary="Ring", permission=AUTHENTICATED, rate=Rate(1, by="principal"))
        def on_post(self, req: Request, resp: Response) -> None:
            pass

    api = make_api("/bell", Bell())

    statuses = [
        api.simulate_post("/v1/bell", headers=as_user(name), remote_addr=address).status_code
        for name, address in (("ann", "10.0.0.1"), ("ann", "10.0.0.2"), ("bob", "10.0.0.1"))
    ]

    assert statuses == [204, 429, 204]


def test_who_is_refused_where_principals_are_counted_is_counted_by_address(make_api: MakeApi) -> None:
    class Bell:
        @endpoint(summary="Ring", permission="shops:edit", rate=Rate(100, by="principal"))
        def on_post(self, req: Request, resp: Response) -> None:
            pass

    api = make_api("/bell", Bell(), rate_limit=3)

    guesses = [api.simulate_post("/v1/bell", headers=as_user(f"guess-{n}")).status_code for n in range(4)]
    nameless = api.simulate_post("/v1/bell", remote_addr="10.0.0.9").status_code
    unfit = [api.simulate_post("/v1/bell", headers=as_user("bob")).status_code for _ in range(2)]
    fit = [api.simulate_post("/v1/bell", headers=as_user("root")).status_code for _ in range(5)]

    assert guesses == [401, 401, 401, 429]
    assert nameless == 401
    assert unfit == [429, 429]
    assert fit == [204] * 5


def test_limits_can_be_lifted_outside_production_only(make_api: MakeApi) -> None:
    free = make_api("/greetings", Greetings(), rate_limit=1, rate_limits=False)
    production = make_api(
        "/greetings", Greetings(), rate_limit=1, rate_limits=False, environment="production"
    )

    statuses = [
        [api.simulate_get("/v1/greetings").status_code for _ in range(2)] for api in (free, production)
    ]

    assert statuses == [[200, 200], [200, 429]]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"summary": " ", "permission": PUBLIC}, "no summary"),
        ({"summary": "x", "permission": "edit"}, "nor PUBLIC"),
        ({"summary": "x", "permission": PUBLIC, "body": Greeting}, "GET takes no body"),
        ({"summary": "x", "permission": PUBLIC, "idempotent": True}, "idempotent by nature"),
        ({"summary": "x", "permission": PUBLIC, "status": 200}, "200 without a response"),
    ],
)
def test_an_unsound_declaration_is_refused_at_boot(
    make_api: MakeApi, options: dict[str, Any], fault: str
) -> None:
    class Wrong:
        @endpoint(**options)
        def on_get(self, req: Request, resp: Response) -> None:
            pass

    with pytest.raises(ConfigurationError, match=fault):
        make_api("/wrong", Wrong())


def test_a_responder_without_a_declaration_is_refused_at_boot(make_api: MakeApi) -> None:
    class Bare:
        def on_get(self, req: Request, resp: Response) -> None:
            pass

    with pytest.raises(ConfigurationError, match=r"Bare\.on_get at /v1/bare has no @endpoint"):
        make_api("/bare", Bare())


def test_a_declared_problem_reaches_the_client_with_its_headers(make_api: MakeApi) -> None:
    class Missing(NotFound):
        """No such parcel."""

        type, title = "parcel-missing", "No such parcel"

    class Parcel:
        @endpoint(summary="Track", permission=PUBLIC, response=Greeting, errors=(Missing,))
        def on_get(self, req: Request, resp: Response) -> None:
            raise Missing("Parcel 7 never was.", headers={"X-Parcel": "7"}, parcel=7)

    answer = make_api("/parcel", Parcel()).simulate_get(
        "/v1/parcel", headers={"X-Request-Id": "request-0001"}
    )

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-parcel"] == "7"
    assert answer.json == {
        "type": "/problems/parcel-missing",
        "title": "No such parcel",
        "status": 404,
        "detail": "Parcel 7 never was.",
        "request_id": "request-0001",
        "parcel": 7,
    }


def test_a_page_takes_a_cursor_and_a_bounded_limit(make_api: MakeApi) -> None:
    class Pages:
        @endpoint(summary="List", permission=PUBLIC, response=page_of(Greeting))
        def on_get(self, req: Request, resp: Response) -> Any:
            return Page([{"text": str(req.query)}])

    api = make_api("/pages", Pages())

    assert api.simulate_get("/v1/pages").json == {
        "items": [{"text": "{'cursor': None, 'limit': 20}"}],
        "next": None,
    }
    assert api.simulate_get("/v1/pages?limit=101").json["errors"][0]["parameter"] == "limit"
    assert api.simulate_get("/v1/pages?limit=0").status_code == 422
