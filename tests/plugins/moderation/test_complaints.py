"""Complaints of reporters about dismissals, and what moderators are told of new cases."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from peewee import IntegrityError

from kernel.testing import race
from plugins.moderation.models import Case, Complaint

pytestmark = pytest.mark.plugins("moderation", "listings")

COMPLAINTS = "/v1/moderation/complaints"
REASON = {"reason": "The photograph shows it."}


def dismissed(ben, mo, about, **more):
    """Have somebody reported, and the report dismissed; return the report's id."""
    report = ben.reports("user", about.id, **more).json["id"]
    assert mo.act(mo.only_case()["id"], "dismiss", {"reason": "Nothing."}).status == 200
    return report


def complain(who, report, text="Look at the photograph."):
    return who.client.post(f"/v1/reports/{report}/complaint", {"text": text})


def subjects(mailbox, who):
    return [mail["subject"] for mail in mailbox(who.email)]


def test_another_moderator_grants_a_complaint_and_has_the_case_to_decide(ada, ben, mo, person, work, mailbox):
    report = dismissed(ben, mo, ada)
    mia = person("Mia", "moderator")
    filed = complain(ben, report)
    [waiting] = mia.client.get(COMPLAINTS).json["items"]

    done = mia.client.post(f"{COMPLAINTS}/{filed.json['id']}/grant", REASON)
    case = mia.only_case()
    decided = mia.resolve(case["id"], "WARNING")
    work()

    assert (filed.status, waiting["id"], waiting["details"]) == (201, filed.json["id"], "")
    assert (done.status, done.json["status"]) == (200, "REVERSED")
    assert (case["status"], case["claimed_by"]) == ("REVIEWING", str(mia.id))
    assert decided.status == 200, decided.text
    assert ben.client.get(f"/v1/reports/{report}").json["status"] == "RESOLVED"
    assert ben.client.get(f"/v1/reports/{report}/complaint").json["answer"] == REASON["reason"]
    assert Counter(subjects(mailbox, ben)) == {
        "What became of your report": 2,
        "We looked at your report again": 1,
    }
    assert [one["sanction"] for one in ada.statements()] == ["WARNING"]


def test_who_dismissed_does_not_decide_and_the_database_says_so_too(ada, ben, mo):
    filed = complain(ben, dismissed(ben, mo, ada)).json

    refused = mo.client.post(f"{COMPLAINTS}/{filed['id']}/grant", REASON)

    assert (refused.status, refused.problem) == (403, "own-decision")
    with pytest.raises(IntegrityError, match="moderation_complaint_another"):
        Complaint.update(decided_by=mo.id).where(Complaint.id == UUID(filed["id"])).execute()


def test_a_complaint_is_filed_once_in_time_and_about_a_dismissal(ada, ben, mo, person, clock):
    report, rea = dismissed(ben, mo, ada), person("Rea")
    waiting = rea.reports("user", ben.id).json["id"]

    first, again, early = complain(ben, report), complain(ben, report), complain(rea, waiting)
    mo.act(mo.only_case()["id"], "dismiss", {"reason": "Nothing."})
    clock.advance(timedelta(days=184))
    rea.sign_in()
    late = complain(rea, waiting)

    assert first.status == 201
    assert (again.status, again.problem) == (409, "complaint-exists")
    assert again.json["complaint_id"] == first.json["id"]
    assert (early.status, early.problem) == (late.status, late.problem) == (409, "complaint-over")


def test_an_upheld_complaint_leaves_the_case_dismissed_and_is_over(ada, ben, mo, person, work, mailbox):
    report, mia = dismissed(ben, mo, ada), person("Mia", "moderator")
    filed = complain(ben, report).json["id"]

    done = mia.client.post(f"{COMPLAINTS}/{filed}/uphold", REASON)
    again = mia.client.post(f"{COMPLAINTS}/{filed}/grant", REASON)
    work()

    assert (done.json["status"], again.status) == ("UPHELD", 409)
    assert ben.client.get(f"/v1/reports/{report}").json["status"] == "DISMISSED"
    assert "same result" in mailbox(ben.email)[-1]["text"]


def test_an_anonymous_reporter_complains_and_stays_nobody(ada, ben, mo, person):
    report, mia = dismissed(ben, mo, ada, anonymous=True), person("Mia", "moderator")

    filed = complain(ben, report)
    case = filed and mia.client.get(f"{COMPLAINTS}/{filed.json['id']}").json["case_id"]
    trail = mia.client.get(f"/v1/moderation/cases/{case}/trail").json["items"]

    assert filed.status == 201
    assert [one["actor_id"] for one in trail if one["what"] == "complaint"] == [None]
    assert str(ben.id) not in mia.client.get(f"{COMPLAINTS}/{filed.json['id']}").text


def test_nobody_complains_about_anothers_report(ada, ben, mo, person):
    report = dismissed(ben, mo, ada)

    for who in (ada, person("Rea"), mo):
        assert complain(who, report).status == 404
    assert ada.client.get(COMPLAINTS).status == 403
    assert ben.client.get(f"/v1/reports/{report}/complaint").status == 404


def test_a_complaint_granted_while_the_thing_is_reported_anew_leaves_one_open_case(ada, ben, mo, person):
    report, mia, rea = dismissed(ben, mo, ada), person("Mia", "moderator"), person("Rea")
    filed = complain(ben, report).json["id"]

    answers = race(
        lambda: mia.client.post(f"{COMPLAINTS}/{filed}/grant", REASON),
        lambda: rea.reports("user", ada.id),
    )

    assert [each.status for each in answers] == [200, 201]
    assert (
        Case.select().where(Case.target_id == ada.id, Case.status.in_(("PENDING", "REVIEWING"))).count() == 1
    )


def test_two_moderators_who_decide_a_complaint_at_once_decide_it_once(ada, ben, mo, person):
    filed = complain(ben, dismissed(ben, mo, ada)).json["id"]
    mia, kim = person("Mia", "moderator"), person("Kim", "moderator")

    answers = race(
        lambda: mia.client.post(f"{COMPLAINTS}/{filed}/grant", REASON),
        lambda: kim.client.post(f"{COMPLAINTS}/{filed}/uphold", REASON),
    )

    assert Counter(each.status for each in answers) == {200: 1, 409: 1}


@pytest.mark.settings(auth={"roles": {"listings_moderator": ["+moderation:review"]}})
def test_moderators_are_told_of_new_cases_once_an_hour_in_one_message(
    ada, ben, mo, person, offer, clock, work, mailbox
):
    keeper, stranger = person("Kim"), person("Sam")
    kept = person("Pat", "listings_moderator", scope="building:1")
    for who in (ada, ben, keeper):
        assert stranger.reports("user", who.id).status == 201
    mo_is_reported = ben.reports("user", mo.id)

    clock.advance(timedelta(hours=1))
    work()
    work()
    told = subjects(mailbox, mo)
    clock.advance(timedelta(hours=1))
    work()

    assert mo_is_reported.status == 201
    assert told == ["3 new cases to moderate"]
    assert subjects(mailbox, mo) == told
    assert subjects(mailbox, kept) == subjects(mailbox, stranger) == []


def test_what_was_decided_before_the_hour_is_over_is_no_news(ada, ben, mo, clock, work, mailbox):
    ben.reports("user", ada.id)
    mo.act(mo.only_case()["id"], "dismiss", {"reason": "Nothing."})

    clock.advance(timedelta(hours=1))
    work()

    assert subjects(mailbox, mo) == []


def test_the_demo_has_a_queue_an_appeal_and_a_complaint(app, client):
    hooks = dict(app.hooks.implementations("demo_data"))
    hooks["accounts"](app=app, progress=lambda done, total: None)
    for _ in range(2):
        hooks["moderation"](app=app, progress=lambda done, total: None)

    seen = client.as_user(None, "moderator")
    assert len(seen.get("/v1/moderation/cases").json["items"]) == 4
    assert len(seen.get("/v1/moderation/appeals").json["items"]) == 1
    [complaint] = seen.get(COMPLAINTS).json["items"]
    assert seen.post(f"{COMPLAINTS}/{complaint['id']}/uphold", REASON).status == 200
    assert {row.status for row in Case.select()} == {"PENDING", "REVIEWING", "RESOLVED", "DISMISSED"}
