"""Entity tags: reads revalidate, edits do not overwrite each other."""

from __future__ import annotations

from typing import Any

import falcon.testing
import pytest

from kernel.errors import NotFound
from kernel.http import PUBLIC, Request, Response, Schema, endpoint, fields
from tests.kernel.http.conftest import MakeApi


class Item(Schema):
    title = fields.String()
    seller = fields.String()
    version = fields.Integer(dump_only=True)


class Items:
    def __init__(self) -> None:
        self.row: dict[str, Any] = {"title": "lamp", "seller": "Ann", "version": 3}

    @endpoint(summary="Show", permission=PUBLIC, response=Item, etag=True)
    def on_get(self, req: Request, resp: Response) -> dict[str, Any]:
        return self.row

    @endpoint(summary="Edit", permission=PUBLIC, body=Item, response=Item, etag=True)
    def on_patch(self, req: Request, resp: Response) -> dict[str, Any]:
        req.require_match(self.row["version"])
        self.row = self.row | req.body | {"version": self.row["version"] + 1}
        return self.row

    @endpoint(summary="Remove", permission=PUBLIC, etag=True, errors=(NotFound,))
    def on_delete(self, req: Request, resp: Response) -> None:
        req.require_match(self.row["version"])


@pytest.fixture
def items() -> Items:
    return Items()


@pytest.fixture
def api(make_api: MakeApi, items: Items) -> falcon.testing.TestClient:
    return make_api("/item", items)


def get(api: falcon.testing.TestClient, tag: str = "") -> falcon.testing.Result:
    return api.simulate_get("/v1/item", headers={"If-None-Match": tag} if tag else {})


def test_what_the_client_has_is_not_sent_again(api: falcon.testing.TestClient) -> None:
    tag = get(api).headers["etag"]

    again = get(api, tag)

    assert tag.startswith('"3.')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == "private, no-cache"
    assert "content-type" not in again.headers


@pytest.mark.parametrize("shape", ["W/{}", '"other", {}', "*"])
def test_weak_tags_lists_and_the_star_revalidate(api: falcon.testing.TestClient, shape: str) -> None:
    tag = get(api).headers["etag"]

    assert get(api, shape.format(tag)).status_code == 304


def test_a_change_beside_the_version_is_seen(api: falcon.testing.TestClient, items: Items) -> None:
    tag = get(api).headers["etag"]
    items.row["seller"] = "Ann B."

    assert get(api, tag).status_code == 200


def test_the_second_of_two_editors_is_refused(api: falcon.testing.TestClient, items: Items) -> None:
    tag = get(api).headers["etag"]

    first = api.simulate_patch("/v1/item", json={"title": "a"}, headers={"If-Match": tag})
    second = api.simulate_patch("/v1/item", json={"title": "b"}, headers={"If-Match": tag})
    after = api.simulate_patch("/v1/item", json={"title": "c"}, headers={"If-Match": first.headers["etag"]})

    assert [each.status_code for each in (first, second, after)] == [200, 412, 200]
    assert items.row["title"] == "c"


def test_an_unrelated_change_does_not_refuse_an_edit(api: falcon.testing.TestClient, items: Items) -> None:
    tag = get(api).headers["etag"]
    items.row["seller"] = "Ann B."

    assert api.simulate_delete("/v1/item", headers={"If-Match": tag}).status_code == 204


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("", 204),
        ("*", 204),
        ('"3"', 204),
        ('"3-br"', 412),
        ('"4"', 412),
        ('"x"', 412),
        ("3", 204),
        ('"99999999999999999999"', 412),
        ('"3", "4"', 400),
        ('"-3"', 412),
    ],
)
def test_if_match_names_one_version(api: falcon.testing.TestClient, header: str, status: int) -> None:
    answer = api.simulate_delete("/v1/item", headers={"If-Match": header} if header else {})

    assert answer.status_code == status
