"""Kept answers: shared where they may be, apart where they must be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.auth.principals import ALL, Principal
from kernel.cache import make_cache
from kernel.cache.settings import CacheSettings
from kernel.clock import TestClock
from kernel.errors import NotFound
from kernel.http import AUTHENTICATED, PUBLIC, Cached, Request, Response, Schema, endpoint, fields
from kernel.http.response_cache import kept
from tests.kernel.http.conftest import ANN, MakeApi, as_user


class Answer(Schema):
    who = fields.String()
    calls = fields.Integer()


class Query(Schema):
    a = fields.String()
    b = fields.String()


class Shared:
    calls = 0

    @endpoint(
        summary="Share",
        permission=PUBLIC,
        query=Query,
        response=Answer,
        cached=Cached(60, tags=("shelf:{shelf}",), client=5),
    )
    def on_get(self, req: Request, resp: Response, shelf: int) -> dict[str, Any]:
        if shelf == 404:
            raise NotFound
        self.calls += 1
        return {"who": req.principal.kind, "calls": self.calls}


class Own:
    calls = 0

    @endpoint(summary="Own", permission=AUTHENTICATED, response=Answer, cached=Cached(60, per="principal"))
    def on_get(self, req: Request, resp: Response) -> dict[str, Any]:
        self.calls += 1
        return {"who": str(req.principal.id), "calls": self.calls}


def _shelf_seen(req: Request) -> str | None:
    return None if req.params.get("a") else req.get_header("x-shelf")


class Among:
    calls = 0

    @endpoint(
        summary="Among", permission=PUBLIC, query=Query, response=Answer, cached=Cached(60, per=_shelf_seen)
    )
    def on_get(self, req: Request, resp: Response) -> dict[str, Any]:
        self.calls += 1
        return {"who": str(req.principal.id), "calls": self.calls}


def test_callers_for_whom_the_function_says_the_same_share_an_answer(make_api: MakeApi) -> None:
    api = make_api("/among", Among())

    ann, bob, other = (
        api.simulate_get("/v1/among", headers={**as_user(name), "x-shelf": shelf})
        for name, shelf in (("ann", "a"), ("bob", "a"), ("bob", "b"))
    )

    assert [each.json["calls"] for each in (ann, bob, other)] == [1, 1, 2]
    assert bob.json["who"] == ann.json["who"] != other.json["who"]
    assert bob.headers["cache-control"] == "private, no-cache"


def test_a_function_that_says_nothing_keeps_an_answer_for_its_caller_alone(make_api: MakeApi) -> None:
    api = make_api("/among", Among())

    ann, bob, again = (
        api.simulate_get("/v1/among?a=1", headers=as_user(name)) for name in ("ann", "bob", "ann")
    )

    assert ann.json == again.json != bob.json


def test_a_shared_answer_is_computed_once_and_for_nobody(make_api: MakeApi) -> None:
    api = make_api("/shelf/{shelf:int}", Shared())

    ann, nobody = api.simulate_get("/v1/shelf/1", headers=as_user("ann")), api.simulate_get("/v1/shelf/1")

    assert ann.json == nobody.json == {"who": "anonymous", "calls": 1}
    assert nobody.headers["cache-control"] == "public, max-age=5"
    assert nobody.headers["content-type"] == "application/json"


def test_the_order_of_parameters_does_not_matter_and_their_values_do(make_api: MakeApi) -> None:
    api = make_api("/shelf/{shelf:int}", Shared())

    calls = [
        api.simulate_get(f"/v1/shelf/1?{query}").json["calls"]
        for query in ("a=1&b=2", "b=2&a=1", "a=1&b=3", "a=1")
    ]

    assert calls == [1, 1, 2, 3]


def test_a_value_that_reads_like_two_parameters_is_one(make_api: MakeApi) -> None:
    api = make_api("/shelf/{shelf:int}", Shared())

    two, one = (api.simulate_get(f"/v1/shelf/1?{query}").json for query in ("a=1&b=2", "a=1%26b%3D2"))

    assert (two["calls"], one["calls"]) == (1, 2)


def test_a_kept_answer_revalidates(make_api: MakeApi) -> None:
    api = make_api("/shelf/{shelf:int}", Shared())
    tag = api.simulate_get("/v1/shelf/1").headers["etag"]

    assert api.simulate_get("/v1/shelf/1", headers={"If-None-Match": tag}).status_code == 304


def test_an_answer_expires_by_the_clock(make_api: MakeApi, clock: TestClock) -> None:
    api = make_api("/shelf/{shelf:int}", Shared())
    api.simulate_get("/v1/shelf/1")

    clock.advance(timedelta(seconds=61))

    assert api.simulate_get("/v1/shelf/1").json["calls"] == 2


def test_a_problem_is_not_kept(make_api: MakeApi) -> None:
    api = make_api("/shelf/{shelf:int}", Shared())

    assert [api.simulate_get("/v1/shelf/404").status_code for _ in range(2)] == [404, 404]


def test_personal_answers_are_apart_and_private(make_api: MakeApi) -> None:
    api = make_api("/own", Own())

    ann, bob, again = (api.simulate_get("/v1/own", headers=as_user(name)) for name in ("ann", "bob", "ann"))

    assert ann.json == again.json != bob.json
    assert ann.headers["cache-control"] == "private, no-cache"
    assert api.simulate_get("/v1/own").status_code == 401


def test_a_personal_answer_ends_with_the_permissions_it_was_computed_with() -> None:
    held = {"shops:see": frozenset({"shop:1", "shop:2"}), "shops:edit": ALL}

    before = Principal(kind="user", id=ANN, permissions=held)
    again = Principal(kind="user", id=ANN, permissions=dict(reversed(held.items())))
    fewer = Principal(kind="user", id=ANN, permissions=held | {"shops:see": frozenset({"shop:1"})})

    assert before.access == again.access != fewer.access
    assert before == again


def test_invalidating_a_tag_drops_what_depends_on_it(clock: TestClock) -> None:
    class Parts:
        cache = make_cache(CacheSettings(), clock)

        class auth:  # noqa: N801 - an attribute of the stack
            @staticmethod
            def principal_for(headers: Any) -> Principal:
                return Principal()

    made: list[int] = []

    def produce(req: Any, resp: Any, params: dict[str, Any]) -> tuple[str, bytes]:
        made.append(params["shelf"])
        return '"tag"', b"body"

    look = kept(Cached(60, tags=("shelf:{shelf}",)), produce, Parts)  # type: ignore[arg-type]

    class Asked:
        path, query_string, principal = "/shelf", "", Principal()

    for shelf in (1, 1):
        assert look(Asked, None, {"shelf": shelf}) == ('"tag"', b"body")  # type: ignore[arg-type]
    Parts.cache.invalidate_tag("shelf:1")
    look(Asked, None, {"shelf": 1})  # type: ignore[arg-type]

    assert made == [1, 1]


@pytest.mark.parametrize("method", ["post", "delete"])
def test_only_reads_are_kept(method: str) -> None:
    class Wrong:
        pass

    def responder(self: Any, req: Request, resp: Response) -> None:
        pass

    declared = endpoint(summary="x", permission=PUBLIC, cached=Cached(5))(responder).__endpoint__  # type: ignore[attr-defined]

    assert "only GET can be cached" in declared.faults(method)
