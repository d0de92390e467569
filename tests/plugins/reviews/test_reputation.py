"""Reputations: the formula, its decay, and that what is kept equals a recount."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest
from click.testing import CliRunner

from kernel.testing import race
from plugins.reviews import api
from plugins.reviews.commands import recount
from plugins.reviews.models import Reputation, Tally
from plugins.reviews.services import reputation

PLUGINS = ("deals",)
pytestmark = pytest.mark.plugins(*PLUGINS)


@pytest.fixture
def rate(person, deal):
    """Have one buyer rate a seller, a deal each."""
    buyers = []

    def make(seller, *ratings):
        buyers[:] = buyers or [person("Buyer")]
        return [buyers[0].reviewed(deal(buyers[0], seller), rating) for rating in ratings]

    return make


def expected(ratings, prior=10, mean=Fraction(7, 2)):
    """Return the score of fresh reviews, in thousandths: the Bayesian average."""
    return round((prior * mean + sum(ratings)) / (prior + len(ratings)) * 1000)


def test_one_five_star_review_does_not_outrank_many_good_ones(app, client, person, rate):
    newcomer, veteran = person("New"), person("Old")
    many = [5] * 24 + [4] * 6

    rate(newcomer, 5)
    rate(veteran, *many)

    ranked = client.get("/v1/reputation").json["items"]
    assert [each["user"]["name"] for each in ranked] == ["Old", "New"]
    assert [each["score"] * 1000 for each in ranked] == [expected(many), expected([5])]
    assert [each["average"] for each in ranked] == [4.8, 5.0]
    assert [each["count"] for each in ranked] == [30, 1]


def test_a_hundred_reviews_of_4_8_stars_outrank_one_of_5(app, person):
    newcomer, veteran = person("New"), person("Old")
    month = reputation.month_of(app.clock.now())
    for who, ratings in ((newcomer, {5: 1}), (veteran, {5: 80, 4: 20})):
        Reputation.create(user_id=who.id, role="seller", count=0, total=0, score=0, as_of=date(2000, 1, 1))
        for rating, n in ratings.items():
            Tally.create(user_id=who.id, role="seller", month=month, rating=rating, n=n)

    assert reputation.refresh() == 2

    scores = api.reputation([newcomer.id, veteran.id])
    assert scores[newcomer.id].score * 1000 == expected([5])
    assert scores[veteran.id].score * 1000 == expected([5] * 80 + [4] * 20)


def test_old_reviews_weigh_less_and_the_score_goes_back_to_where_it_started(clock, ben, rate, work):
    rate(ben, 1, 1)
    fresh = ben.reputation()["score"]

    clock.advance(datetime(clock.now().year + 1, clock.now().month, 1, 1, tzinfo=UTC) - clock.now())
    work()
    ben.sign_in()
    year_old = ben.reputation()

    assert fresh == pytest.approx((35 + 2) / 12, abs=0.0005)
    assert year_old["score"] == pytest.approx((35 + 2 * 0.5) / (10 + 2 * 0.5), abs=0.0005)
    assert (year_old["average"], year_old["count"]) == (1.0, 2)
    assert reputation.differing() == []
    assert reputation.refresh() == 0


def test_history_tells_what_came_in_and_the_score_of_each_month(clock, ben, rate):
    clock.advance(datetime(clock.now().year + 1, 1, 15, 1, tzinfo=UTC) - clock.now())
    ben.sign_in()
    rate(ben, 5, 4)
    first = clock.now()
    clock.advance(timedelta(days=31))
    history = ben.client.as_user(ben.id).get(f"/v1/reputation/{ben.id}/history", query={"months": 3}).json

    assert [(each["month"], each["count"], each["average"]) for each in history["items"]] == [
        (f"{first.year - 1}-12-01", 0, None),
        (f"{first.year}-01-01", 2, 4.5),
        (f"{first.year}-02-01", 0, None),
    ]
    scores = [each["score"] for each in history["items"]]
    assert scores[:2] == [3.5, pytest.approx((35 + 9) / 12, abs=0.0005)]
    assert 3.5 < scores[2] < scores[1]


def test_reviews_of_one_person_at_once_all_count(person, ben, deal):
    buyers = [person("Buyer") for _ in range(12)]
    refs = [deal(buyer, ben) for buyer in buyers]

    race(*[lambda b=b, ref=ref: b.reviewed(ref, 4) for b, ref in zip(buyers, refs, strict=True)])

    assert ben.reputation()["score"] * 1000 == pytest.approx(expected([4] * 12))
    assert reputation.differing() == []


def test_whatever_is_written_changed_and_withheld_the_score_equals_a_recount(app, person, rate, clock):
    sellers, chance = [person("Ben"), person("Cleo")], Random(7)
    made = [rate(each, *(chance.randint(1, 5) for _ in range(6))) for each in sellers]
    author = person("Nobody").client.as_user(made[0][0]["reviewer"]["id"])

    for review in [each for reviews in made for each in reviews]:
        path = f"/v1/reviews/{review['id']}"
        step = chance.choice(("patch", "delete", "withhold", "both", "none"))
        if step == "patch":
            assert author.patch(path, {"rating": chance.randint(1, 5)}).status == 200
        if step in {"withhold", "both"}:
            assert api.withhold(review["id"], "test")
        if step in {"delete", "both"}:
            assert author.delete(path).status == 204

    kept = {(row.user_id, row.score, row.count) for row in Reputation.select()}
    assert reputation.differing() == []
    for seller in sellers:
        reputation.repair(seller.id, "seller")
    assert {(row.user_id, row.score, row.count) for row in Reputation.select()} == kept


def test_the_command_names_what_differs_and_repairs_it(app, ben, rate):
    rate(ben, 5, 3)
    right = ben.reputation()
    Tally.update(n=7).where(Tally.user_id == ben.id, Tally.rating == 5).execute()

    found = CliRunner().invoke(recount)
    repaired = CliRunner().invoke(recount, ["--repair"])
    after = CliRunner().invoke(recount)

    assert (found.exit_code, str(ben.id) in found.output) == (1, True)
    assert (repaired.exit_code, after.exit_code) == (0, 0)
    assert ben.reputation() == right


def test_an_unknown_account_has_no_reputation_and_a_new_one_an_empty_one(client, ben):
    empty = ben.reputation("buyer")

    assert (empty["count"], empty["score"], empty["stars"]) == (0, None, dict.fromkeys("54321", 0))
    for path in ("", "/history"):
        assert client.get(f"/v1/reputation/0190c2a6-5f0e-7c1b-9d53-0e6a3f1a7b10{path}").status == 404
    assert client.get("/v1/reputation", query={"role": "thief"}).status == 422
