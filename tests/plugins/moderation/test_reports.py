"""What people report: once each, about what they see, anonymously if they wish."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import orjson
import pytest

from kernel.testing import race
from plugins.moderation.services import personal

pytestmark = pytest.mark.plugins("moderation", "listings")
CASES = "/v1/moderation/cases"


def test_reports_of_many_about_one_thing_are_one_case(ada, ben, mo, person, offer):
    listing = offer(ada)
    ben.reports("listing", listing, "fraud", details="A copy.")
    person("Cleo").reports("listing", listing, "spam")

    case = mo.only_case()

    assert (case["kind"], case["target_id"], case["owner"]["id"]) == ("listing", listing, str(ada.id))
    assert (case["status"], case["reports"], case["reasons"]) == ("PENDING", 2, ["fraud", "spam"])
    assert case["snapshot"]["title"] == "Oak chair"


def test_a_second_report_of_one_person_replaces_the_first(ada, ben, mo, offer):
    listing = offer(ada)
    first = ben.reports("listing", listing, "spam")
    second = ben.reports("listing", listing, "fraud", details="A copy.")

    case = mo.only_case()
    [said] = mo.client.get(f"{CASES}/{case['id']}/reports").json["items"]

    assert first.json["id"] == second.json["id"]
    assert case["reports"] == 1
    assert (said["reason"], said["details"], said["reporter"]["name"]) == ("fraud", "A copy.", "Ben")


def test_reports_made_at_once_open_one_case_and_count_each_person_once(ada, mo, person, offer):
    listing = offer(ada)
    reporters = [person(f"R{n}") for n in range(4)]

    answers = race(*[lambda who=who: who.reports("listing", listing) for who in reporters * 2])

    assert Counter(each.status for each in answers) == {201: 8}
    assert mo.only_case()["reports"] == 4


def test_a_thing_reported_after_a_decision_is_a_new_case(ada, ben, mo, offer):
    listing = offer(ada)
    first = ben.reports("listing", listing).json
    mo.act(mo.only_case()["id"], "dismiss", {"reason": "It is a chair."})

    second = ben.reports("listing", listing).json

    assert first["id"] != second["id"]
    assert [one["status"] for one in ben.client.get("/v1/reports").json["items"]] == ["PENDING", "DISMISSED"]


def test_what_is_ones_own_or_not_to_be_seen_is_not_reported(ada, ben, offer):
    shown = offer(ada)
    draft = ada.client.post("/v1/listings", {"type": "PRODUCT", "title": "Draft"}).json["id"]

    assert list(ada.reports("listing", shown).faults) == ["/target_id"]
    assert ben.reports("listing", draft).status == 404
    assert ben.reports("listing", ada.id).status == 404
    assert list(ben.reports("sofa", shown).faults) == ["/kind"]
    assert list(ben.reports("listing", shown, "boring").faults) == ["/reason"]


def test_who_reports_anonymously_is_stored_nowhere(app, ada, ben, mo, offer, work):
    listing = offer(ada)
    ben.reports("listing", listing, anonymous=True)
    case = mo.only_case()["id"]
    mo.resolve(case, "WARNING", hide=True)
    work()

    [seen] = mo.client.get(f"{CASES}/{case}/reports").json["items"]
    told = orjson.dumps(personal.export(ada.id), default=str).decode()
    stored = app.db.rows(
        "SELECT string_agg(t::text, ' ') FROM (SELECT to_jsonb(r) AS t FROM moderation_report r"
        " UNION ALL SELECT to_jsonb(c) FROM moderation_case c"
        " UNION ALL SELECT to_jsonb(e) FROM moderation_entry e"
        " UNION ALL SELECT to_jsonb(e) FROM kernel_event e WHERE type LIKE 'moderation.%%') x"
    )[0][0]

    assert seen["reporter"] is None
    assert str(ben.id) not in told
    assert str(ben.id) not in stored
    assert [one["anonymous"] for one in ben.client.get("/v1/reports").json["items"]] == [True]
    assert len(personal.export(ben.id)["reports"]) == 1


def test_whom_a_report_is_about_never_learns_who_made_it(ada, ben, mo, decided):
    ben.reports("user", ada.id, "harassment", details="At the door.")
    mo.resolve(mo.only_case()["id"], "WARNING")

    answers = [
        ada.client.get("/v1/moderation/statements").text,
        orjson.dumps(personal.export(ada.id), default=str),
    ]

    assert not any(str(ben.id) in str(each) or "At the door" in str(each) for each in answers)
    assert ada.client.get(CASES).status == 403


def test_those_who_gave_their_name_are_told_what_became_of_it_once(
    ada, ben, mo, person, offer, work, mailbox
):
    listing, cleo = offer(ada), person("Cleo")
    ben.reports("listing", listing)
    cleo.reports("listing", listing, anonymous=True)
    mo.resolve(mo.only_case()["id"], hide=True)
    work()

    assert ["acted on it" in each["text"] for each in mailbox(ben.email)] == [True]
    assert mailbox(cleo.email) == []


def test_an_erased_reporter_leaves_a_report_of_nobody(app, ada, ben, mo, offer):
    ben.reports("listing", offer(ada), details="Mine.")
    case = mo.only_case()["id"]

    with app.db.atomic():
        personal.erase(ben.id)
        personal.erase(ben.id)

    [seen] = mo.client.get(f"{CASES}/{case}/reports").json["items"]
    assert (seen["reporter"], seen["details"]) == (None, "")


@pytest.mark.settings(moderation={"words": ["fake watch", "Rölex"]})
def test_listed_words_flag_what_says_them_once(ada, mo, offer, work):
    offer(ada, "A watch")
    listing = offer(ada, "FAKE  Watch, a ROLEX")
    offer(ada, "Rolexes")
    work()
    ada.client.patch(f"/v1/listings/{listing}", {"title": "Fake watch!"})
    work()

    case = mo.only_case()
    [flag] = mo.client.get(f"{CASES}/{case['id']}/reports").json["items"]

    assert (case["target_id"], case["reports"], case["flags"]) == (listing, 0, 1)
    assert (flag["source"], flag["rule"], flag["reporter"]) == ("AUTOMATED", "words", None)


@pytest.mark.settings(moderation={"new_account_hours": 24})
def test_what_a_new_account_publishes_is_flagged(ada, mo, offer, work, clock):
    young = offer(ada)
    work()
    clock.advance(timedelta(hours=25))
    ada.sign_in()
    offer(ada, "Later")
    work()
    mo.sign_in()

    assert mo.only_case()["target_id"] == young


@pytest.mark.settings(moderation={"hide_reports": 3})
def test_many_reporters_hide_a_thing_until_a_moderator_has_looked(
    ada, ben, mo, person, offer, work, mailbox, clock
):
    listing = offer(ada)
    for name in ("R1", "R2"):
        person(name).reports("listing", listing)
    work()
    before = ben.client.get(f"/v1/listings/{listing}").status
    person("R3").reports("listing", listing)
    clock.advance(timedelta(minutes=1))
    work()
    hidden = ben.client.get(f"/v1/listings/{listing}").status
    clock.advance(timedelta(minutes=1))
    work()
    [statement] = ada.statements()
    mo.act(mo.only_case()["id"], "dismiss", {"reason": "A feud of neighbours."})
    work()

    assert (before, hidden, ben.client.get(f"/v1/listings/{listing}").status) == (200, 404, 200)
    assert (statement["automated_decision"], statement["sanction"], statement["hidden"]) == (
        True,
        "NONE",
        True,
    )
    assert [one["status"] for one in ada.statements()] == ["REVERSED"]
    assert len(mailbox(ada.email)) == 2
