"""Appeals and reversals: heard by another, giving back exactly what was taken."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from peewee import IntegrityError

from kernel import SYSTEM
from kernel.testing import race
from plugins.accounts import api as accounts
from plugins.listings import api as listings
from plugins.moderation.models import Appeal
from plugins.moderation.services import standings

pytestmark = pytest.mark.plugins("moderation", "listings")
APPEALS = "/v1/moderation/appeals"
REASON = {"reason": "It is her own design."}


def appeal(who, decision, **more):
    return who.client.post("/v1/appeals", {"decision_id": decision["id"], "text": "It is mine.", **more})


def token_of(mail):
    return re.search(r"token (\S+)", mail["text"])[1]


def test_another_moderator_grants_an_appeal_and_all_is_given_back(app, ada, ben, person, offer, decided):
    listing = offer(ada)
    made = decided(ada, "WARNING", kind="listing", target=listing, hide=True)
    filed = appeal(ada, made)
    hidden = ben.client.get(f"/v1/listings/{listing}").status

    done = person("Mia", "moderator").client.post(f"{APPEALS}/{filed.json['id']}/grant", REASON)

    assert (filed.status, done.status, done.json["status"]) == (201, 200, "REVERSED")
    assert (hidden, ben.client.get(f"/v1/listings/{listing}").status) == (404, 200)
    assert standings.strikes(ada.id) == 0
    assert [one["status"] for one in ada.statements()] == ["REVERSED"]
    assert ada.client.get(f"/v1/appeals/{filed.json['id']}").json["answer"] == REASON["reason"]


def test_who_decided_does_not_decide_the_appeal_and_the_database_says_so_too(ada, mo, decided):
    filed = appeal(ada, decided(ada, "WARNING")).json

    refused = mo.client.post(f"{APPEALS}/{filed['id']}/uphold", REASON)

    assert (refused.status, refused.problem) == (403, "own-decision")
    with pytest.raises(IntegrityError, match="moderation_appeal_another"):
        Appeal.update(decided_by=mo.id).where(Appeal.id == UUID(filed["id"])).execute()


def test_an_appeal_is_filed_once_and_in_time(ada, ben, decided, clock):
    first, second = decided(ada, "WARNING"), decided(ada, "WARNING")

    answers = race(*[lambda: appeal(ada, first)] * 4)
    foreign = appeal(ben, second)
    clock.advance(timedelta(days=184))
    ada.sign_in()
    late = appeal(ada, second)

    assert Counter(each.status for each in answers) == {201: 1, 409: 3}
    assert foreign.status == 404
    assert (late.status, late.problem) == (409, "appeal-over")


def test_who_is_banned_appeals_by_the_token_of_the_statement(client, ada, decided, work, mailbox):
    made = decided(ada, "BAN")
    work()
    token = token_of(mailbox(ada.email)[0])
    body = {"decision_id": made["id"], "text": "It was not me."}

    without = client.post("/v1/appeals", body)
    wrong = client.post("/v1/appeals", {**body, "token": "x" * 43})
    filed = client.post("/v1/appeals", {**body, "token": token})
    again = client.post("/v1/appeals", {**body, "token": token})

    assert (list(without.faults), list(wrong.faults), list(again.faults)) == (["/token"],) * 3
    assert filed.status == 201


def test_of_uphold_and_grant_at_once_one_is_done(ada, person, decided):
    filed = appeal(ada, decided(ada, "WARNING")).json["id"]
    one, two = person("Mia", "moderator"), person("Max", "moderator")

    answers = race(
        *[
            lambda: one.client.post(f"{APPEALS}/{filed}/uphold", REASON),
            lambda: two.client.post(f"{APPEALS}/{filed}/grant", REASON),
        ]
        * 3
    )

    assert Counter(each.status for each in answers) == {200: 1, 409: 5}


def test_a_reversal_takes_away_its_own_reason_and_leaves_others(ada, ben, mo, offer, decided):
    listing = offer(ada)
    first = decided(ada, kind="listing", target=listing, hide=True)
    listings.release(UUID(listing), f"moderation:{first['id']}")
    second = decided(ada, kind="listing", target=listing, hide=True)
    listings.withhold(UUID(listing), "moderation")

    done = mo.client.post(f"/v1/moderation/decisions/{second['id']}/reverse", REASON)

    assert (done.status, done.json["status"]) == (200, "REVERSED")
    assert ada.client.get(f"/v1/listings/{listing}").json["withheld"] == ["moderation"]


def test_a_reversed_ban_leaves_the_suspension_there_was(app, ada, mo, clock, decided):
    until = clock.now() + timedelta(days=30)
    with app.db.atomic():
        accounts.change_standing(SYSTEM, ada.id, "suspended", "By hand", until)
    short = decided(ada, "SUSPENSION", days=2)
    ban = decided(ada, "BAN")

    for made in (ban, short):
        mo.client.post(f"/v1/moderation/decisions/{made['id']}/reverse", REASON)

    assert (app.auth.status(ada.id).status, app.auth.status(ada.id).until) == ("suspended", until)


def test_what_an_administrator_did_since_is_not_undone(app, ada, mo, decided):
    ban = decided(ada, "BAN")
    with app.db.atomic():
        accounts.change_standing(SYSTEM, ada.id, "active", "A mistake")
        accounts.change_standing(SYSTEM, ada.id, "banned", "Another matter")

    mo.client.post(f"/v1/moderation/decisions/{ban['id']}/reverse", REASON)

    assert app.auth.status(ada.id).status == "banned"


def test_a_decision_is_taken_back_once_and_ends_its_appeal(ada, mo, decided, work, mailbox):
    made = decided(ada, "WARNING")
    filed = appeal(ada, made).json["id"]

    answers = race(*[lambda: mo.client.post(f"/v1/moderation/decisions/{made['id']}/reverse", REASON)] * 3)
    work()

    assert Counter(each.status for each in answers) == {200: 1, 409: 2}
    assert ada.client.get(f"/v1/appeals/{filed}").json["status"] == "REVERSED"
    assert [m["subject"] for m in mailbox(ada.email)].count("A decision about you was taken back") == 1


def test_the_statement_says_what_the_law_asks_for(ada, decided, clock):
    made = decided(ada, "SUSPENSION", days=2, ground_type="LAW", ground="Trade Mark Act, 10")
    clock.advance(timedelta(days=3))
    ada.sign_in()

    one = ada.client.get(f"/v1/moderation/statements/{made['id']}").json

    assert (one["sanction"], one["ground_type"], one["ground"]) == ("SUSPENSION", "LAW", "Trade Mark Act, 10")
    assert (one["source"], one["automated_detection"], one["automated_decision"]) == ("NOTICE", False, False)
    assert one["starts_at"] < one["ends_at"] < one["redress"]["appeal_until"]
    assert one["facts"] == "It offers counterfeit goods."
    assert "decided_by" not in one
