"""Reviews: who writes them, once; changes, answers, deletion, moderation; who reads them."""

from __future__ import annotations

import io
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from PIL import Image

from kernel import uuid7
from kernel.testing import race
from plugins.media import api as media
from plugins.reviews import api

PLUGINS = ("deals",)
pytestmark = pytest.mark.plugins(*PLUGINS)
URL = "/v1/reviews"


def listed(client, **query):
    return [each["id"] for each in client.get(URL, query=query).json["items"]]


@pytest.fixture
def photo(app, work):
    """Upload a picture on somebody's behalf; return its id."""

    def make(owner, visibility="public"):
        data = io.BytesIO()
        Image.new("RGB", (320, 200), uuid7().int % 0xFFFFFF).save(data, "PNG")
        data.seek(0)
        made = media.import_file(data, owner_id=owner.id, filename="chair.png", visibility=visibility)
        work()
        return str(made)

    return make


def test_both_parties_review_each_other_and_everybody_reads_it(ada, ben, deal, client, published):
    ref = deal(ada, ben, about=("listing:1",))

    of_ben = ada.reviewed(ref, 5, text=" A fine chair. ")
    of_ada = ben.reviewed(ref, 4)

    assert (of_ben["subject_id"], of_ben["role"], of_ben["text"]) == (str(ben.id), "seller", "A fine chair.")
    assert (of_ada["subject_id"], of_ada["role"]) == (str(ada.id), "buyer")
    seen = client.get(f"{URL}/{of_ben['id']}").json
    assert (seen["reviewer"]["name"], seen["rating"], seen["allowed"]) == ("Ada", 5, [])
    assert (seen["ref"], seen["title"], of_ben["ref"]) == (None, None, ref)
    assert listed(client, subject=str(ben.id)) == [of_ben["id"]]
    assert listed(client, reviewer=str(ben.id)) == [of_ada["id"]]
    assert listed(client, about="listing:1", role="seller") == [of_ben["id"]]
    assert listed(client, rating=1) == []
    assert sorted(published()) == ["reputation.changed"] * 2 + ["review.written"] * 2


def test_only_parties_review_and_only_what_is_completed(ada, ben, person, deal, clock):
    done, open_one = deal(ada, ben), deal(ada, ben, completed=False)

    strange, unknown = person("Eve").review(done), ada.review("deal:none")
    early = ada.review(open_one)

    assert (strange.status, strange.faults) == (unknown.status, unknown.faults)
    assert list(unknown.faults) == ["/ref"]
    assert (early.status, early.problem) == (409, "transaction-open")


def test_what_completed_long_ago_is_not_reviewed_any_more(ada, ben, deal, clock):
    in_time = deal(ada, ben, completed=clock.now() - timedelta(days=89))
    late = deal(ada, ben, completed=clock.now() - timedelta(days=90))

    assert ada.review(in_time).status == 201
    assert ada.review(late).problem == "review-too-late"


@pytest.mark.parametrize("rating", [0, 6, 4.5, "5", True, None])
def test_a_rating_is_one_to_five_whole_stars(ada, ben, deal, rating):
    answer = ada.review(deal(ada, ben), rating)

    assert (answer.status, list(answer.faults)) == (422, ["/rating"])


def test_of_reviews_of_one_deal_at_once_one_is_stored_and_counted(ada, ben, deal):
    ref = deal(ada, ben)

    answers = race(*[lambda: ada.review(ref, 5)] * 8)

    assert Counter(each.status for each in answers) == {201: 1, 409: 7}
    [made] = [each.json for each in answers if each.status == 201]
    assert {each.json["review_id"] for each in answers if each.status == 409} == {made["id"]}
    assert ben.reputation()["count"] == 1


def test_a_repeated_request_writes_one_review(ada, ben, deal):
    ref = deal(ada, ben)
    client = ada.client.with_headers(idempotency_key="review-1")

    first, again = (client.post(URL, {"ref": ref, "rating": 5}) for _ in range(2))

    assert (first.status, again.status) == (201, 201)
    assert first.json["id"] == again.json["id"]
    assert ben.reputation()["count"] == 1


def test_an_author_changes_a_review_until_its_time_is_over(ada, ben, deal, clock, published):
    made = ada.reviewed(deal(ada, ben), 5)

    stale = ada.client.with_headers(if_match='"7"').patch(f"{URL}/{made['id']}", {"rating": 1})
    changed = ada.change(made, rating=2, text="It broke.")
    clock.advance(timedelta(hours=48))
    ada.sign_in()
    late = ada.change(made, rating=1)

    assert (stale.status, changed.status) == (412, 200)
    assert (changed.json["rating"], changed.json["text"]) == (2, "It broke.")
    assert changed.json["edited_at"] is not None
    assert (late.status, late.problem) == (409, "review-final")
    ben.sign_in()
    assert ben.reputation()["stars"] == {"5": 0, "4": 0, "3": 0, "2": 1, "1": 0}
    assert sorted(published()[2:]) == ["reputation.changed", "review.edited"]


def test_who_is_reviewed_answers_once_and_the_review_is_final(ada, ben, deal, mailbox, work):
    made = ada.reviewed(deal(ada, ben), 3)

    by_author = ada.act(made, "response", {"text": "Me again"})
    answers = race(*[lambda: ben.act(made, "response", {"text": "Thank you."})] * 4)
    work()

    assert by_author.status == 403
    assert Counter(each.status for each in answers) == {201: 1, 409: 3}
    assert ada.change(made, rating=1).problem == "review-final"
    seen = ada.client.get(f"{URL}/{made['id']}").json
    assert (seen["response"], seen["allowed"]) == ("Thank you.", ["delete"])
    assert ["3 of 5 stars" in mail["subject"] for mail in mailbox(ben.email)] == [True]
    assert ["was answered" in mail["subject"] for mail in mailbox(ada.email)] == [True]


def test_a_deleted_review_is_gone_and_is_not_written_anew(ada, ben, deal, client):
    ref = deal(ada, ben)
    made = ada.reviewed(ref, 1, text="Awful.")

    strange = ben.client.delete(f"{URL}/{made['id']}")
    gone = ada.client.delete(f"{URL}/{made['id']}")
    again = ada.review(ref, 1)

    assert (strange.status, gone.status) == (403, 204)
    assert ada.client.get(f"{URL}/{made['id']}").status == 404
    assert listed(client, subject=str(ben.id)) == []
    assert (again.status, again.problem) == (409, "review-exists")
    assert ben.reputation() == ben.reputation() | {"count": 0, "score": None, "average": None}


def test_a_review_shows_its_authors_public_pictures_while_they_last(ada, ben, deal, photo, work):
    ref, mine = deal(ada, ben), [photo(ada), photo(ada)]

    strange = ada.review(ref, media_ids=[photo(ben)])
    private = ada.review(ref, media_ids=[photo(ada, "private")])
    made = ada.reviewed(ref, media_ids=mine)
    fewer = ada.change(made, media_ids=mine[:1])
    ada.client.delete(f"/v1/media/{mine[0]}")
    media.delete([mine[0]])
    work()

    assert list(strange.faults) == list(private.faults) == ["/media_ids/0"]
    assert [each["id"] for each in made["gallery"]] == mine
    assert [each["id"] for each in fewer.json["gallery"]] == mine[:1]
    assert ada.client.get(f"{URL}/{made['id']}").json["gallery"] == []


def test_what_a_moderator_withholds_only_its_author_sees_and_it_does_not_count(
    ada, ben, person, deal, client
):
    made = ada.reviewed(deal(ada, ben), 1)
    moderator = person("Mo", "admin")

    refused = ben.act(made, "withhold", {})
    first, again = (moderator.act(made, "withhold", {"note": "An insult"}) for _ in range(2))
    while_withheld = (listed(client), listed(ada.client), listed(moderator.client, withheld="true"))
    count = ben.reputation()["count"]
    api.withhold(made["id"], "my_plugin")
    half = moderator.act(made, "release")
    api.release(made["id"], "my_plugin")

    assert refused.status == 403
    assert (first.json["withheld"], again.json["withheld"]) == (["moderation"], ["moderation"])
    assert while_withheld == ([], [made["id"]], [made["id"]])
    assert client.get(f"{URL}/{uuid4()}").status == 404
    assert (count, half.json["withheld"]) == (0, ["my_plugin"])
    assert (listed(client), ben.reputation()["count"]) == ([made["id"]], 1)


def test_reviews_within_a_scope_are_read_there(ada, ben, person, deal, client):
    made = ada.reviewed(deal(ada, ben, scope="shop:a"))
    here, elsewhere = (
        person("Kim", "reviews_member", scope="shop:a"),
        person("Lou", "reviews_member", scope="shop:b"),
    )
    path = f"{URL}/{made['id']}"

    assert [each.client.get(path).status for each in (ada, ben, here, elsewhere)] == [200, 200, 200, 404]
    assert client.get(path).status == 404
    assert [listed(each.client) for each in (ben, here)] == [[made["id"]]] * 2
    assert (listed(elsewhere.client), listed(client)) == ([], [])
    here_mod, there_mod = (person("Mo", "reviews_moderator", scope=f"shop:{each}") for each in "ab")
    assert (here_mod.act(made, "withhold", {}).status, there_mod.act(made, "withhold", {}).status) == (
        200,
        404,
    )


def test_pages_follow_each_other_and_a_filter_that_means_nothing_is_named(ada, ben, deal, client):
    made = [ada.reviewed(deal(ada, ben))["id"] for _ in range(5)]

    seen = [each["id"] for each in client.every(URL, limit=2)]

    assert seen == made[::-1]
    for query in ({"subject": "x"}, {"about": "x"}, {"rating": "9"}, {"role": "thief"}):
        assert client.get(URL, query=query).status == 422


def test_what_is_stored_of_a_person_is_handed_over_and_erased(app, ada, ben, deal, client):
    ref = deal(ada, ben)
    of_ben, of_ada = ada.reviewed(ref, 2, text="Ada's words"), ben.reviewed(ref, 5, text="About Ada")
    hooks = {
        name: dict(app.hooks.implementations(f"{name}_personal_data"))["reviews"]
        for name in ("export", "erase")
    }

    stored = hooks["export"](app=app, user_id=ada.id)
    for _ in range(2):
        with app.db.atomic():
            hooks["erase"](app=app, user_id=ada.id)

    assert [each["text"] for each in stored["written"]] == ["Ada's words"]
    assert [each["rating"] for each in stored["received"]] == [5]
    assert [(each["role"], each["count"]) for each in stored["reputation"]] == [("buyer", 1)]
    left = client.get(f"{URL}/{of_ben['id']}").json
    assert (left["rating"], left["text"]) == (2, "")
    assert client.get(f"{URL}/{of_ada['id']}").status == 404
    assert (ben.reputation()["count"], api.reputation([ada.id], "buyer")[ada.id].count) == (1, 0)
