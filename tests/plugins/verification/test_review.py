"""Reviewers: their queue, their claims, and several of them at once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from kernel.testing import race
from plugins.verification.models import Request

pytestmark = pytest.mark.plugins("verification")
URL = "/v1/verifications"
QUEUE = f"{URL}/queue"
REASON = {"reason": "The photograph is blurred."}


def test_the_queue_is_the_reviewers_and_who_waits_longest_is_first(ada, person, reviewer, asked, clock):
    first = asked(ada)
    clock.advance(timedelta(minutes=1))
    second = asked(person("Ben"))
    ben_draft = person("Cleo").ask().json

    seen = [each["id"] for each in reviewer.client.every(QUEUE, limit=1)]

    assert seen == [first["id"], second["id"]]
    assert ben_draft["id"] not in seen
    assert ada.client.get(QUEUE).json["items"] == []
    assert reviewer.client.get(QUEUE).json["items"][0]["requester"]["name"] == "Ada Lindqvist"


def test_what_one_reviewer_has_another_leaves_until_the_claim_is_over(ada, person, reviewer, asked, clock):
    made, other = asked(ada), person("Rob", "verification_reviewer")

    claimed = reviewer.act(made, "claim")
    refused = other.act(made, "approve")
    unclaimed = other.client.get(QUEUE, query={"claimed": "false"}).json["items"]
    clock.advance(timedelta(minutes=31))
    done = person("Rob", "verification_reviewer").act(made, "approve")

    assert claimed.json["claimed_by"] == str(reviewer.id)
    assert (refused.status, refused.problem) == (409, "claimed-by-another")
    assert unclaimed == []
    assert done.json["status"] == "APPROVED"


def test_of_reviewers_who_claim_at_once_one_has_it(ada, person, asked):
    made = asked(ada)
    reviewers = [person(f"Rea {number}", "verification_reviewer") for number in range(6)]

    answers = race(*[lambda who=who: who.act(made, "claim") for who in reviewers])

    assert Counter(each.status for each in answers) == {200: 1, 409: 5}


def test_of_approve_and_reject_at_once_one_is_done(ada, person, asked, published):
    made = asked(ada)
    one, two = person("Rea", "verification_reviewer"), person("Rob", "verification_reviewer")

    answers = race(
        *[lambda: one.act(made, "approve"), lambda: two.act(made, "reject", REASON)] * 4,
    )

    counted = Counter(each.status for each in answers)
    assert counted == {200: 1, 409: 7}
    final = ada.see(made).json["status"]
    assert published() == ["submitted", {"APPROVED": "approved", "REJECTED": "rejected"}[final]]
    refused = next(each for each in answers if each.status == 409)
    assert refused.json["verification_status"] == final


def test_a_decision_about_an_older_version_is_refused(ada, reviewer, asked):
    made = asked(ada)
    reviewer.act(made, "claim")

    refused = reviewer.act(made, "approve", if_match=f'"{made["version"]}"')
    done = reviewer.act(made, "approve", if_match=f'"{refused.json["current_version"]}"')

    assert (refused.status, done.status) == (412, 200)


def test_nobody_decides_about_their_own_request(reviewer, asked):
    made = asked(reviewer)

    refused = reviewer.act(made, "approve")

    assert (refused.status, refused.problem) == (403, "own-request")


def test_each_is_told_what_they_may_do_themselves(ada, reviewer, asked):
    made = asked(ada)

    own, reviewed = (who.see(made).json["allowed"] for who in (ada, reviewer))

    assert (own, reviewed) == (["withdraw"], ["approve", "reject"])


def test_an_approval_is_taken_back_with_a_reason(ada, reviewer, asked, mailbox, work, published):
    made = asked(ada)
    reviewer.act(made, "approve")

    without = reviewer.act(made, "revoke", {"reason": "  "})
    done = reviewer.act(made, "revoke", REASON)
    work()

    assert (without.status, done.json["status"]) == (422, "REJECTED")
    assert published()[-1] == "rejected"
    assert REASON["reason"] in next(m for m in mailbox(ada.email) if "Not verified" in m["subject"])["text"]


def test_a_request_submitted_twice_at_once_is_submitted_once(ada, complete, published):
    made = ada.ask(steps=complete(ada)).json

    answers = race(*[lambda: ada.act(made, "submit")] * 5)

    assert Counter(each.status for each in answers) == {200: 1, 409: 4}
    assert published() == ["submitted"]


def test_the_demo_has_requests_of_every_status_and_loads_twice(app, client):
    hooks = dict(app.hooks.implementations("demo_data"))
    for name in ("media", "accounts", "verification", "verification"):
        hooks[name](app=app, progress=lambda done, total: None)

    admin = client.as_admin()
    waiting = admin.get("/v1/verifications/queue").json["items"]
    seen = [admin.get(f"/v1/verifications/{each['id']}").json for each in waiting]

    assert [each["status"] for each in waiting] == ["PENDING"] * 4
    assert sum(each["claimed_by"] is not None for each in seen) == 1
    assert all(step["documents"] for each in seen for step in each["steps"] if step["name"] == "identity")
    assert Request.select().where(Request.status == "REJECTED", Request.reason != "").count() == 1
