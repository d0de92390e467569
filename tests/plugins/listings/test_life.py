"""The life of a listing: drafts, publication, changes of status, and races between them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from kernel import Conflict, Principal, Subscriber, uuid7
from kernel.errors import PreconditionFailed
from kernel.testing import race
from plugins.listings import api
from plugins.listings.services import editing
from plugins.listings.services.transitions import change_status
from tests.plugins.listings.conftest import SIZE

PLUGINS = ("listings",)
PRICE = {"amount": 4900, "currency": "USD"}


def path(listing, step=""):
    return f"/v1/listings/{listing['id']}{'/' if step else ''}{step}"


def test_a_draft_needs_no_more_than_a_title_and_is_its_sellers_alone(ada, client):
    made = ada.client.post("/v1/listings", {"type": "PRODUCT", "title": "Oak chair"})

    assert made.status == 201
    assert (made.json["status"], made.json["published_at"], made.json["allowed"]) == (
        "DRAFT",
        None,
        ["publish"],
    )
    assert made.headers["location"] == path(made.json)
    assert ada.client.get(path(made.json)).json == made.json
    assert client.get(path(made.json)).status == 404
    assert client.as_user().get(path(made.json)).status == 404
    assert client.get("/v1/listings").json["items"] == []


def test_what_is_published_at_once_is_found_at_once(ada, client, types):
    made = ada.offer(title="Walnut gramophone")

    assert made["status"] == "ACTIVE"
    assert [each["id"] for each in client.get("/v1/listings").json["items"]] == [made["id"]]
    assert [each["id"] for each in client.get("/v1/listings", query={"q": "gramo"}).json["items"]] == [
        made["id"]
    ]
    assert [each["id"] for each in client.get("/v1/search", query={"q": "walnut"}).json["items"]] == [
        made["id"]
    ]
    assert types() == ["created", "published"]


def test_the_whole_life_of_a_listing(ada, client, clock, types):
    draft = ada.client.post(
        "/v1/listings",
        {"type": "PRODUCT", "title": "Chair", "category_id": ada.offer()["category_id"], "price": PRICE},
    ).json

    seen = [ada.client.post(path(draft, step)).json["status"] for step in
            ("publish", "deactivate", "reactivate", "renew", "sell", "reactivate")]  # fmt: skip

    assert seen == ["ACTIVE", "DEACTIVATED", "ACTIVE", "ACTIVE", "SOLD", "ACTIVE"]
    assert types()[3:] == ["published", "deactivated", "published", "renewed", "sold", "published"]


@pytest.mark.parametrize(
    ("steps", "refused", "allowed"),
    [
        ([], "sell", ["publish"]),
        (["publish"], "publish", ["sell", "deactivate", "renew"]),
        (["publish", "sell"], "deactivate", ["reactivate"]),
        (["publish", "deactivate"], "renew", ["reactivate"]),
    ],
)
def test_a_transition_the_status_does_not_allow_names_those_it_does(ada, chairs, steps, refused, allowed):
    draft = ada.client.post(
        "/v1/listings", {"type": "SERVICE", "title": "Lessons", "category_id": str(chairs), "price": PRICE}
    ).json
    for step in steps:
        assert ada.client.post(path(draft, step)).status == 200

    answer = ada.client.post(path(draft, refused))

    assert (answer.status, answer.problem) == (409, "listing-status")
    assert answer.json["allowed"] == allowed
    assert answer.json["listing_status"] == ada.client.get(path(draft)).json["status"]
    assert all(step in answer.json["detail"] for step in allowed)


def test_a_draft_is_published_when_nothing_is_lacking(ada, category):
    sized = category("shirts", attributes=[SIZE])
    draft = ada.client.post("/v1/listings", {"type": "PRODUCT", "title": "Shirt"}).json

    bare = ada.client.post(path(draft, "publish"))
    ada.client.patch(path(draft), {"category_id": str(sized), "price": PRICE})
    unsized = ada.client.post(path(draft, "publish"))
    ada.client.patch(path(draft), {"attributes": {"size": "M"}})
    whole = ada.client.post(path(draft, "publish"))

    assert (bare.status, bare.problem) == (409, "listing-incomplete")
    assert [each["pointer"] for each in bare.json["errors"]] == ["/category_id", "/price"]
    assert [each["pointer"] for each in unsized.json["errors"]] == ["/attributes/size"]
    assert whole.json["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": " \t"}, "/title"),
        ({"title": "two\nlines"}, "/title"),
        ({"title": "x" * 141}, "/title"),
        ({"price": {"amount": -1, "currency": "USD"}}, "/price/amount"),
        ({"price": {"amount": 1, "currency": "XXX"}}, "/price/currency"),
        ({"price": {"amount": 1.5, "currency": "USD"}}, "/price/amount"),
        ({"quantity": -1}, "/quantity"),
        ({"category_id": str(uuid7())}, "/category_id"),
        ({"attributes": {"colour": "red"}}, "/attributes/colour"),
        ({"media_ids": [str(uuid7())]}, "/media_ids/0"),
        ({"scope": "shop:b"}, "/scope"),
        ({"type": "GIFT"}, "/type"),
        ({"status": "SOLD"}, "/status"),
        ({"seller_id": str(uuid7())}, "/seller_id"),
        ({"type": "SERVICE", "quantity": 2}, "/quantity"),
    ],
)
def test_what_a_listing_cannot_hold_is_named(ada, chairs, change, pointer):
    body = {"type": "PRODUCT", "title": "Chair", "category_id": str(chairs), "price": PRICE, **change}

    answer = ada.client.post("/v1/listings", body)

    assert answer.status == 422
    assert list(answer.faults) == [pointer]


def test_a_price_of_0_gives_a_thing_away(ada, client):
    free = {"amount": 0, "currency": "USD"}

    made = ada.offer(title="Kittens", price=free)
    kept = ada.client.patch(path(made), {"title": "Kittens, house-trained", "price": free})

    assert made["price"] == kept.json["price"] == free
    assert client.get("/v1/listings", query={"max_price": 0}).json["items"][0]["price"] == free
    assert client.get("/v1/listings", query={"q": "kittens"}).json["items"][0]["price"] == free


def test_what_is_published_cannot_lose_what_it_needs(ada):
    made = ada.offer()

    answer = ada.client.patch(path(made), {"price": None})

    assert (answer.status, answer.problem) == (409, "listing-incomplete")
    assert ada.client.get(path(made)).json["price"] == PRICE


def test_an_empty_change_is_none(ada, types):
    made = ada.offer()
    before = types()

    kept = ada.client.patch(path(made), {})
    stale = ada.client.patch(path(made), {}, headers={"If-Match": '"1"'})

    assert (kept.json["version"], types()) == (made["version"], before)
    assert stale.status == 412


def test_two_editors_of_one_version_do_not_overwrite_each_other(ada):
    made = ada.offer()
    caller = Principal(id=ada.id, kind="user")

    outcomes = race(
        *(lambda it=f"Edit {n}": editing.update(UUID(made["id"]), made["version"], {"title": it}, caller)
          for n in range(6))
    )  # fmt: skip

    assert Counter(type(each) for each in outcomes) == {type(None): 1, PreconditionFailed: 5}
    assert ada.client.get(path(made)).json["version"] == made["version"] + 1


def test_an_edit_under_an_old_tag_is_refused(ada):
    made = ada.offer()
    tag = ada.client.get(path(made)).headers["etag"]
    editor = ada.client.with_headers(if_match=tag)

    assert [editor.patch(path(made), {"title": title}).status for title in ("One", "Two")] == [200, 412]
    assert editor.delete(path(made)).status == 412


def test_of_a_sale_and_a_deactivation_at_once_one_happens(ada, types):
    caller = Principal(id=ada.id, kind="user")
    for _ in range(5):
        listing = UUID(ada.offer()["id"])

        outcomes = race(
            lambda it=listing: change_status(it, "sell", None, caller).status,
            lambda it=listing: change_status(it, "deactivate", None, caller).status,
        )

        done = [each for each in outcomes if isinstance(each, str)]
        refused = [each for each in outcomes if isinstance(each, Conflict)]
        assert len(done) == len(refused) == 1, outcomes
        assert refused[0].extensions["listing_status"] == done[0] == api.card(listing).status


def test_a_listing_sells_once_however_many_buy_it(ada, types):
    listing = UUID(ada.offer()["id"])

    outcomes = race(*[lambda: api.sell(listing)] * 8)

    assert outcomes.count(None) == 1
    assert types().count("sold") == 1


def test_a_reactivated_listing_keeps_its_place_and_its_time(ada, clock):
    made = ada.offer()
    clock.advance(timedelta(days=5))
    ada.sign_in()
    ada.client.post(path(made, "deactivate"))

    back = ada.client.post(path(made, "reactivate")).json

    assert (back["published_at"], back["expires_at"]) == (made["published_at"], made["expires_at"])


def test_a_deleted_listing_is_gone_everywhere(ada, client, types):
    made = ada.offer()

    assert ada.client.delete(path(made)).status == 204
    assert ada.client.get(path(made)).status == 404
    assert ada.client.delete(path(made)).status == 404
    assert client.get("/v1/listings").json["items"] == []
    assert client.get("/v1/search", query={"q": "oak"}).json["items"] == []
    assert ada.client.get("/v1/listings/mine").json["items"] == []
    assert types() == ["created", "published", "deleted"]


def test_nobody_else_may_touch_a_listing(ada, seller):
    made, stranger = ada.offer(), seller("Mallory").client

    answers = [
        stranger.patch(path(made), {"title": "Mine"}),
        stranger.delete(path(made)),
        stranger.put(path(made, "gallery"), {"media_ids": []}),
        stranger.get(path(made, "statistics")),
        *(stranger.post(path(made, step)) for step in ("sell", "deactivate", "renew", "release")),
        stranger.post(path(made, "withhold"), {}),
    ]

    assert [each.status for each in answers] == [404] * len(answers)
    assert ada.client.get(path(made)).json["version"] == made["version"]


def test_the_same_key_makes_one_listing(ada, chairs):
    keyed = ada.client.with_headers(idempotency_key=str(uuid7()))
    body = {
        "type": "PRODUCT",
        "title": "Chair",
        "status": "ACTIVE",
        "category_id": str(chairs),
        "price": PRICE,
    }

    first, second = keyed.post("/v1/listings", body), keyed.post("/v1/listings", body)

    assert first.json == second.json
    assert len(ada.client.get("/v1/listings/mine").json["items"]) == 1


def test_an_inline_subscriber_may_refuse_a_publication(ada, app, chairs, monkeypatch):
    def refuse(delivery):
        raise Conflict("Five are enough.")

    subscriber = Subscriber("listings.listing.published.v1", refuse, name="test.refuse", inline=True)
    monkeypatch.setitem(app.bus.subscribers, "test.refuse", subscriber)

    answer = ada.client.unchecked().post(
        "/v1/listings",
        {"type": "PRODUCT", "title": "Chair", "status": "ACTIVE", "category_id": str(chairs), "price": PRICE},
    )

    assert answer.status == 409
    assert ada.client.get("/v1/listings/mine").json["items"] == []
