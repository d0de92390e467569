"""Decisions: one of several moderators, in one piece, with reasons, climbing and ending."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from kernel import Forbidden
from kernel.testing import race
from plugins.accounts import api as accounts
from plugins.moderation.services import standings

pytestmark = pytest.mark.plugins("moderation", "listings", "orders")
CASES = "/v1/moderation/cases"


def test_a_decision_hides_sanctions_and_ends_the_reports_at_once(ada, ben, mo, offer, mailbox, work):
    listing = offer(ada)
    report = ben.reports("listing", listing).json["id"]
    case = mo.only_case()["id"]

    done = mo.resolve(case, "SUSPENSION", days=3, hide=True)
    work()

    assert (done.json["status"], done.json["strikes"]) == ("RESOLVED", 1)
    assert ben.client.get(f"/v1/listings/{listing}").status == 404
    assert ada.client.unchecked().get("/v1/users/me").problem == "account-suspended"
    assert ben.client.get(f"/v1/reports/{report}").json["status"] == "RESOLVED"
    [mail] = mailbox(ada.email)
    assert all(
        word in mail["text"] for word in ("Terms, 4.2", "counterfeit goods", "suspended until", "appeal")
    )


def test_of_a_decision_that_fails_nothing_is_left(app, ada, ben, mo, person, offer, work, mailbox):
    ada_listing = offer(ada)
    ben.reports("listing", ada_listing)
    case = mo.only_case()["id"]
    app.auth.grant(ada.id, "admin")

    refused = mo.resolve(case, "BAN", hide=True)
    work()

    assert refused.status == 403
    assert mo.only_case()["status"] == "PENDING"
    assert ben.client.get(f"/v1/listings/{ada_listing}").status == 200
    assert mailbox(ada.email) == []


def test_of_two_moderators_who_decide_at_once_one_does(ada, ben, mo, person):
    ben.reports("user", ada.id)
    case, other = mo.only_case()["id"], person("Mia", "moderator")

    answers = race(
        *[lambda: mo.resolve(case, "WARNING"), lambda: other.act(case, "dismiss", {"reason": "No."})] * 3
    )

    assert Counter(each.status for each in answers) == {200: 1, 409: 5}
    refused = next(each for each in answers if each.status == 409)
    assert (refused.problem, refused.json["allowed"]) == ("case-status", [])
    assert len(ada.statements()) == (refused.json["case_status"] == "RESOLVED")


def test_a_decision_about_what_has_changed_is_refused(ada, ben, mo):
    ben.reports("user", ada.id)
    case = mo.only_case()
    mo.act(case["id"], "claim")

    stale = mo.act(case["id"], "dismiss", {"reason": "No."}, if_match=f'"{case["version"]}"')
    done = mo.act(case["id"], "dismiss", {"reason": "No."}, if_match=f'"{stale.json["current_version"]}"')

    assert (stale.status, done.status) == (412, 200)


def test_a_claimed_case_is_left_alone_until_the_claim_is_over(ada, ben, mo, person, clock):
    ben.reports("user", ada.id)
    case, other = mo.only_case()["id"], person("Mia", "moderator")
    mo.act(case, "claim")

    refused = other.act(case, "claim")
    clock.advance(timedelta(minutes=31))
    other.sign_in()
    done = other.act(case, "claim")

    assert (refused.status, refused.problem) == (409, "case-claimed")
    assert done.json["claimed_by"] == str(other.id)


def test_strikes_climb_the_ladder_and_lapse(ada, mo, decided, clock):
    measures = []
    for _ in range(4):
        mo.sign_in()
        made = decided(ada, "NEXT")
        measures.append(made["sanction"])
        if made["ends_at"]:
            clock.advance(timedelta(days=31))
    clock.advance(timedelta(days=400))

    assert measures == ["WARNING", "SUSPENSION", "SUSPENSION", "BAN"]
    assert standings.strikes(ada.id) == 0


def test_two_strikes_at_once_are_the_first_and_the_second(ada, ben, mo, person, offer):
    for listing in (offer(ada), offer(ada)):
        ben.reports("listing", listing)
    cases = [each["id"] for each in mo.client.get(CASES).json["items"]]
    moderators = mo, person("Mia", "moderator")

    race(
        *[
            lambda who=who, case=case: who.resolve(case, "NEXT")
            for who, case in zip(moderators, cases, strict=True)
        ]
    )

    made = mo.client.get("/v1/moderation/decisions").json["items"]
    assert sorted(each["sanction"] for each in made) == ["SUSPENSION", "WARNING"]


def test_a_suspension_ends_by_the_clock_and_is_told_once(ada, decided, clock, work, mailbox):
    decided(ada, "SUSPENSION", days=7)
    clock.advance(timedelta(days=7, seconds=1))

    ada.sign_in()
    seen = ada.statements()[0]
    work()
    clock.advance(timedelta(minutes=5))
    work()

    assert (seen["in_force"], seen["status"]) == (False, "IN_FORCE")
    assert [m["subject"] for m in mailbox(ada.email)].count("Your suspension is over") == 1


def test_a_suspension_does_not_shorten_a_ban(app, ada, ben, mo, offer, decided):
    ben.reports("listing", offer(ada))
    case = mo.only_case()["id"]
    ben.reports("user", ada.id)
    [other] = [each["id"] for each in mo.client.get(CASES).json["items"] if each["id"] != case]

    answers = [mo.resolve(other, "BAN"), mo.resolve(case, "SUSPENSION", days=1)]

    assert [each.status for each in answers] == [200, 200]

    assert app.auth.status(ada.id).status == "banned"


def test_nothing_is_ordered_of_who_is_banned(ada, ben, offer, decided):
    listing = offer(ada, quantity=3)
    decided(ada, "BAN")

    refused = ben.client.post("/v1/orders", {"lines": [{"ref": f"listing:{listing}", "quantity": 1}]})

    assert (refused.status, refused.problem) == (409, "seller-not-available")
    assert refused.json["seller_ids"] == [str(ada.id)]


@pytest.mark.plugins("moderation", "bookings", "listings")
def test_nothing_is_booked_with_who_is_banned(app, ada, ben, offer, decided):
    ref = f"listing:{offer(ada, type='SERVICE')}"
    hours = [{"weekday": day, "start": 0, "end": 1440} for day in range(7)]
    bookable = {"ref": ref, "timezone": "UTC", "duration": 60, "hours": hours}
    assert ada.client.post("/v1/bookings/resources", bookable).status == 201
    day = (app.clock.now() + timedelta(days=3)).date().isoformat()
    before = ben.client.post("/v1/bookings", {"ref": ref, "starts_at": f"{day}T09:00:00Z"})
    decided(ada, "BAN")

    refused = ben.client.post("/v1/bookings", {"ref": ref, "starts_at": f"{day}T11:00:00Z"})

    assert (before.status, refused.status, refused.problem) == (201, 409, "seller-not-available")


def test_a_measure_that_does_nothing_is_refused_with_the_remedy(ada, ben, mo):
    ben.reports("user", ada.id)
    case = mo.only_case()["id"]

    assert list(mo.resolve(case).faults) == ["/sanction"]
    assert list(mo.resolve(case, "WARNING", hide=True).faults) == ["/hide"]
    assert list(mo.resolve(case, "SUSPENSION").faults) == ["/days"]
    assert list(mo.resolve(case, "WARNING", ground=" ").faults) == ["/ground"]


def test_nobody_sees_a_case_about_themselves(ben, person):
    mia = person("Mia", "moderator")
    ben.reports("user", mia.id)

    other = person("Max", "moderator")
    case = other.only_case()["id"]

    assert mia.client.get(CASES).json["items"] == []
    assert mia.client.get(f"{CASES}/{case}").status == 404
    assert mia.act(case, "dismiss", {"reason": "Me."}).status == 404


def test_the_trail_names_every_step_and_cannot_be_rewritten(app, ada, ben, mo):
    ben.reports("user", ada.id)
    case = mo.only_case()["id"]
    mo.act(case, "claim")
    mo.act(case, "note", {"text": "Seen before."})
    mo.resolve(case, "WARNING", note="Third time.")

    lines = mo.client.get(f"{CASES}/{case}/trail").json["items"]

    assert [one["what"] for one in lines] == ["open", "claim", "note", "resolve", "decide:WARNING"]
    assert [one["actor_id"] for one in lines[1:]] == [str(mo.id)] * 4
    with pytest.raises(Exception, match="only added to"), app.db.atomic():
        app.db.execute_sql("UPDATE moderation_entry SET note = 'Nothing.'")


def test_the_counts_are_what_there_is(ada, ben, mo, person, decided, offer):
    decided(ada, "WARNING")
    ben.reports("listing", offer(ada), "fraud")

    counts = mo.client.get("/v1/moderation/counts").json

    assert (counts["pending"], counts["by_kind"], counts["by_reason"]) == (1, {"listing": 1}, {"fraud": 1})
    assert (counts["resolved"], counts["dismissed"], counts["sanctions"]) == (1, 0, {"WARNING": 1})
    assert counts["median_minutes"] >= 0


def test_a_standing_changed_without_mail_is_changed(app, ada, mo, work, mailbox):
    with app.db.atomic():
        accounts.change_standing(app.auth.principal_of(mo.id), ada.id, "banned", "Fraud", tell=False)
    work()

    assert app.auth.status(ada.id).status == "banned"
    assert mailbox(ada.email) == []
    with pytest.raises(Forbidden):
        accounts.change_standing(app.auth.principal_of(mo.id), mo.id, "banned", "Me")
