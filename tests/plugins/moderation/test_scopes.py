"""Moderators of one scope, on reviews: theirs and nothing else, warnings and nothing harder."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel import uuid7
from plugins.reviews.models import Review
from plugins.reviews.services import reputation

pytestmark = [
    pytest.mark.plugins("moderation", "reviews"),
    pytest.mark.settings(auth={"roles": {"reviews_moderator": ["reviews:moderate", "moderation:review"]}}),
]
CASES = "/v1/moderation/cases"


@pytest.fixture
def review(app):
    """Write a review of somebody's deal with somebody, of a scope."""

    def make(reviewer, subject, scope=""):
        with app.db.atomic():
            made = Review.create(
                ref=f"deal:{uuid7()}", title="Oak chair", scope=scope, about=[], reviewer_id=reviewer.id,
                subject_id=subject.id, role="seller", rating=1, text="Thief!", gallery=[], response="",
                withheld=[],
            )  # fmt: skip
            reputation.count(made, None, 1)
        return made.id

    return make


def test_who_moderates_a_scope_sees_its_cases_and_no_others(ada, ben, person, review):
    here, there = review(ben, ada, "shop:a"), review(ben, ada, "shop:b")
    mia, max_ = (person(name, "reviews_moderator", scope=f"shop:{name}") for name in ("a", "b"))
    for made in (here, there):
        assert ada.reports("review", made).status == 201

    case = mia.only_case()

    assert (case["target_id"], case["scope"]) == (str(here), "shop:a")
    assert case["snapshot"]["text"] == "Thief!"
    assert max_.client.get(f"{CASES}/{case['id']}").status == 404
    assert max_.act(case["id"], "dismiss", {"reason": "No."}).status == 404
    assert mia.client.get("/v1/moderation/counts").json["pending"] == 1


def test_who_moderates_a_scope_hides_and_warns_but_bans_nobody(ada, ben, person, review):
    made = review(ben, ada, "shop:a")
    mia = person("Mia", "reviews_moderator", scope="shop:a")
    ada.reports("review", made)
    case = mia.only_case()["id"]

    refused = mia.resolve(case, "BAN", hide=True)
    done = mia.resolve(case, "WARNING", hide=True)

    assert (refused.status, done.status) == (403, 200)
    assert Review.get_by_id(made).withheld != []


def test_a_hidden_review_counts_again_when_the_decision_is_taken_back(ada, ben, mo, review, client):
    made = review(ben, ada)
    counted = [client.get(f"/v1/reputation/{ada.id}").json["count"]]
    ada.reports("review", made)
    mo.resolve(mo.only_case()["id"], hide=True)
    counted.append(client.get(f"/v1/reputation/{ada.id}").json["count"])
    [decision] = mo.client.get("/v1/moderation/decisions").json["items"]

    mo.client.post(f"/v1/moderation/decisions/{decision['id']}/reverse", {"reason": "He was robbed."})

    counted.append(client.get(f"/v1/reputation/{ada.id}").json["count"])
    assert counted == [1, 0, 1]
    assert UUID(decision["owner_id"]) == ben.id
