"""Named actions: what a family shares, and what each has of its own."""

from __future__ import annotations

from typing import Any

import pytest

from kernel import AUTHENTICATED, PUBLIC, Actions, Conflict, NotFound, Request, Route, Schema, checks, fields
from kernel.http.openapi import openapi_document
from kernel.http.settings import HttpSettings
from tests.kernel.http.conftest import MakeApi, as_user

PATH = "/notes/{note_id:int}"


class NoteOut(Schema):
    id = fields.Integer(required=True)
    done = fields.String(required=True)


class ReasonIn(Schema):
    reason = fields.String(required=True)


def _publish(req: Request, note_id: int) -> dict[str, Any]:
    """Everybody reads it from then on."""
    return {"id": note_id, "done": "published"}


def _reject(req: Request, note_id: int) -> dict[str, Any]:
    return {"id": note_id, "done": req.body["reason"]}


def _shown(req: Request, note_id: int) -> dict[str, Any]:
    return {"id": note_id, "done": "as it is now"}


NOTE = Actions(PATH, permission=AUTHENTICATED, response=NoteOut, errors=(NotFound,), description="Shared.")
PUBLISH = NOTE.route("publish", "Publish a note", _publish)
REJECT = NOTE.route("send-back", "Send a note back", _reject, body=ReasonIn, errors=(Conflict,))


def _api(make_api: MakeApi, route: Route) -> Any:
    return make_api(route.path, route.resource)


def test_an_action_is_a_post_below_the_path_with_its_fields(make_api: MakeApi) -> None:
    api = _api(make_api, PUBLISH)

    answer = api.simulate_post("/v1/notes/7/publish", headers=as_user("ann"))

    assert (answer.status_code, answer.json) == (200, {"id": 7, "done": "published"})


def test_what_is_shared_is_enforced_on_each_action(make_api: MakeApi) -> None:
    api = _api(make_api, REJECT)

    nobody = api.simulate_post("/v1/notes/7/send-back", json={"reason": "short"})

    assert nobody.status_code == 401


def test_what_an_action_declares_itself_replaces_what_is_shared(make_api: MakeApi) -> None:
    api = _api(make_api, NOTE.route("read", "Read a note", _publish, permission=PUBLIC))

    assert api.simulate_post("/v1/notes/7/read").status_code == 200


def test_an_actions_own_body_is_validated_and_given_to_it(make_api: MakeApi) -> None:
    api, ann = _api(make_api, REJECT), as_user("ann")

    wrong = api.simulate_post("/v1/notes/7/send-back", headers=ann, json={})
    right = api.simulate_post("/v1/notes/7/send-back", headers=ann, json={"reason": "too short"})

    assert wrong.json["errors"][0]["pointer"] == "/reason"
    assert right.json["done"] == "too short"


def test_the_familys_answer_is_shown_in_place_of_what_the_action_returns(make_api: MakeApi) -> None:
    family = Actions(PATH, answer=_shown, permission=PUBLIC, response=NoteOut)
    api = _api(make_api, family.route("publish", "Publish a note", _publish))

    assert api.simulate_post("/v1/notes/7/publish").json == {"id": 7, "done": "as it is now"}


def test_the_reference_describes_an_action_by_its_own_words_before_the_shared_ones() -> None:
    told = NOTE.route("tell", "Tell of a note", _publish, description="Its own.")
    paths = openapi_document([PUBLISH, REJECT, told], HttpSettings())["paths"]

    described = {path.rpartition("/")[2]: each["post"]["description"] for path, each in paths.items()}

    assert described == {
        "publish": "Everybody reads it from then on.",
        "send-back": "Shared.",
        "tell": "Its own.",
    }


def test_the_reference_sorts_an_action_to_the_plugin_it_is_written_in() -> None:
    operation = openapi_document([PUBLISH], HttpSettings())["paths"]["/v1/notes/{note_id}/publish"]["post"]

    assert operation["tags"] == [__name__.split(".", maxsplit=1)[0]]


def test_an_action_that_does_not_take_a_field_of_the_path_is_found_by_the_check() -> None:
    family = Actions("/notes/{id:int}", permission=PUBLIC, response=NoteOut)
    route = family.route("send-back", "Send a note back", _reject)

    found = list(checks._responders(route.path, route.resource))

    assert len(found) == 2
    assert "SendBack.on_post does not take id of its path" in found[0]
    assert "SendBack.on_post takes note_id, which its path has not" in found[1]


def test_a_keyword_that_no_endpoint_has_is_refused_where_it_stands() -> None:
    with pytest.raises(TypeError, match="permision"):
        NOTE.route("publish", "Publish a note", _publish, permision=PUBLIC)
