"""The ways into a building and out of it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from kernel.testing import race
from plugins.buildings import api
from plugins.buildings.services import personal

pytestmark = pytest.mark.plugins("buildings")
URL = "/v1/buildings"


def decide(house, asked, how, body=None):
    return house.admin.client.post(f"{house.url}/join-requests/{asked['id']}/{how}", body or {})


def test_who_asks_is_taken_in_and_told(attalos, person, work, mailbox, published):
    ada, unit = person(), attalos.add("4B")
    asked = ada.join(attalos, unit="4b", kind="OWNER", message="Bought it in May.")
    outside = ada.client.get(attalos.url).status

    approved = decide(attalos, asked.json, "approve")
    work()

    seen = ada.client.get(attalos.url).json
    assert (asked.status, asked.json["status"], outside) == (201, "PENDING", 404)
    assert approved.json["status"] == "APPROVED"
    assert (seen["mine"]["kind"], seen["mine"]["unit_id"], seen["mine"]["unit"]) == (
        "OWNER",
        unit["id"],
        "4B",
    )
    assert [each["id"] for each in ada.client.get(f"{URL}/mine").json["items"]] == [str(attalos.id)]
    assert api.is_member(ada.id, attalos.id)
    assert [mail["subject"] for mail in mailbox(attalos.admin.email)][
        -1
    ] == "Somebody asks to join Stoa of Attalos"
    assert [mail["subject"] for mail in mailbox(ada.email)] == ["Welcome to Stoa of Attalos"]
    assert published()[-3:] == ["join_request.submitted", "join_request.decided", "member.joined"]


def test_who_is_turned_down_reads_why_and_may_ask_again(attalos, person, work, mailbox):
    ada = person()
    asked = ada.join(attalos).json

    decide(attalos, asked, "reject", {"reason": "No such tenant."})
    work()
    own = ada.client.get(f"{URL}/join-requests").json["items"]

    assert (own[0]["status"], own[0]["reason"]) == ("REJECTED", "No such tenant.")
    assert "No such tenant." in mailbox(ada.email)[0]["text"]
    assert ada.join(attalos).status == 201


def test_one_request_waits_at_a_time_however_many_are_sent_at_once(attalos, person):
    ada = person()

    answers = race(*[lambda: ada.join(attalos)] * 8)

    assert Counter(each.status for each in answers) == {201: 1, 409: 7}
    assert {each.problem for each in answers if each.status == 409} == {"join-request-exists"}


def test_of_approve_and_cancel_at_once_one_is_done(attalos, person):
    ada = person()
    asked = ada.join(attalos).json

    answers = race(
        lambda: decide(attalos, asked, "approve"),
        lambda: ada.client.post(f"{attalos.url}/join-requests/{asked['id']}/cancel"),
    )

    assert sorted(each.status for each in answers) == [200, 409]
    ended = ada.client.get(f"{URL}/join-requests").json["items"][0]["status"]
    assert api.is_member(ada.id, attalos.id) == (ended == "APPROVED")


def test_a_request_is_cancelled_by_who_made_it_only(attalos, person):
    ada, eve = person(), person("Eve")
    asked = ada.join(attalos).json
    cancel = f"{attalos.url}/join-requests/{asked['id']}/cancel"

    assert eve.client.post(cancel).status == 404
    assert attalos.admin.client.post(cancel).status == 404
    assert ada.client.post(cancel).json["status"] == "CANCELLED"
    assert decide(attalos, asked, "approve").problem == "join-request-status"


def test_a_building_may_take_in_whoever_asks(attalos, person):
    attalos.allow(auto_approve=True)
    ada = person()

    asked = ada.join(attalos)

    assert asked.json["status"] == "APPROVED"
    assert ada.client.get(attalos.url).status == 200
    assert (ada.join(attalos).status, ada.join(attalos).problem) == (409, "already-member")


def test_a_building_that_is_not_listed_is_joined_by_code_only(house, person):
    hidden, ada = house("Hidden", listed=False), person()

    asked = ada.join(hidden)
    came = ada.client.post(f"{URL}/invitations/accept", {"code": hidden.invite(kind="TENANT")})

    assert asked.status == 404
    assert (came.status, came.json["id"], came.json["mine"]["kind"]) == (200, str(hidden.id), "TENANT")


def test_a_code_lets_in_as_many_as_it_says(attalos, person):
    code, people = attalos.invite(uses=3), [person(f"Person {n}") for n in range(8)]

    answers = race(
        *[lambda who=who: who.client.post(f"{URL}/invitations/accept", {"code": code}) for who in people]
    )

    assert Counter(each.status for each in answers) == {200: 3, 410: 5}
    assert len(api.members(attalos.id)) == 4


def test_a_code_is_of_no_use_when_wrong_revoked_or_late(attalos, person, clock):
    ada, client = person(), attalos.admin.client
    revoked, late = attalos.invite(), attalos.invite(days=2)
    listed = client.get(f"{attalos.url}/invitations").json["items"]
    client.delete(f"{attalos.url}/invitations/{listed[1]['id']}")

    def accept(who, code):
        return who.client.post(f"{URL}/invitations/accept", {"code": code})

    wrong, gone = accept(ada, "never-made"), accept(ada, revoked)
    clock.advance(timedelta(days=3))
    ada.client = ada.client.as_user(ada.id)

    assert {wrong.problem, gone.problem, accept(ada, late).problem} == {"invitation-not-usable"}
    assert "code" not in listed[0]


def test_a_member_does_not_use_up_a_code(attalos, person):
    code = attalos.invite(uses=1)
    resident, other = attalos.take_in(person()), person("Ben")

    refused = resident.client.post(f"{URL}/invitations/accept", {"code": code})

    assert (refused.status, refused.problem) == (409, "already-member")
    assert other.client.post(f"{URL}/invitations/accept", {"code": code}).status == 200


def test_who_is_banned_is_out_at_once_and_not_let_in_by_any_way(attalos, person, published):
    ada, code = attalos.take_in(person()), attalos.invite()
    ban = f"{attalos.url}/members/{ada.id}/ban"

    banned = attalos.admin.client.post(ban)
    outside = ada.client.get(attalos.url).status
    asked, came = ada.join(attalos), ada.client.post(f"{URL}/invitations/accept", {"code": code})
    lifted = attalos.admin.client.delete(ban)

    assert (banned.json["status"], outside) == ("BANNED", 404)
    assert (asked.problem, came.problem) == ("banned-from-building",) * 2
    assert published()[-1] == "member.left"
    assert (lifted.status, ada.join(attalos).status) == (204, 201)


@pytest.mark.parametrize(
    ("how", "said"),
    [("DELETE", "ask to come in again"), ("POST", "You cannot ask to come in again")],
    ids=["removed", "banned"],
)
def test_who_is_taken_out_is_told_once(attalos, person, work, mailbox, how, said):
    ada = attalos.take_in(person("Ada"))
    path = f"{attalos.url}/members/{ada.id}{'' if how == 'DELETE' else '/ban'}"
    work()

    for _ in range(2):  # the second time there is nobody to take out
        attalos.admin.client.request(how, path)
    work()

    told = [one for one in mailbox(ada.email) if "any more" in one["subject"]]
    assert len(told) == 1
    assert said in told[0]["text"]


def test_who_leaves_is_told_nothing(attalos, person, work, mailbox):
    ada = attalos.take_in(person("Ada"))
    work()

    ada.client.post(f"{attalos.url}/leave")
    work()

    assert not any("any more" in one["subject"] for one in mailbox(ada.email))


def test_who_never_belonged_can_be_kept_out(attalos, person):
    eve = person("Eve")

    attalos.admin.client.post(f"{attalos.url}/members/{eve.id}/ban")

    assert eve.join(attalos).problem == "banned-from-building"
    assert attalos.admin.client.post(f"{attalos.url}/members/{attalos.admin.id}/ban").status == 422


def test_who_leaves_loses_unit_standing_and_sight_and_may_return(attalos, person):
    unit = attalos.add("1A")
    ada = attalos.take_in(person(), unit="1A")
    address = f"{attalos.url}/members/{ada.id}"
    attalos.admin.client.patch(address, {"verified": True})

    ada.client.post(f"{attalos.url}/leave")
    outside = ada.client.get(attalos.url).status
    kept = attalos.admin.client.get(address).json
    attalos.take_in(ada)

    assert outside == 404
    assert (kept["status"], kept["unit_id"], kept["verified"]) == ("LEFT", None, False)
    assert ada.client.get(attalos.url).json["mine"]["verified"] is False
    assert unit["number"] == "1A"


def test_residents_see_each_other_but_not_who_lives_where(attalos, person):
    attalos.add("1A")
    ada, ben = attalos.take_in(person(), unit="1A"), attalos.take_in(person("Ben Okafor"))

    def seen(by):
        rows = by.client.get(f"{attalos.url}/members").json["items"]
        return {each["user"]["name"]: (each["unit"], each["verified"]) for each in rows}

    assert seen(ben)["Ada Lindqvist"] == (None, None)
    assert seen(ada)["Ada Lindqvist"] == ("1A", False)
    assert seen(attalos.admin)["Ada Lindqvist"] == ("1A", False)
    ada.client.post(f"{attalos.url}/leave")
    assert "Ada Lindqvist" not in seen(ben)
    gone = {"status": "LEFT"}
    assert ben.client.get(f"{attalos.url}/members", query=gone).json["items"][0]["status"] == "ACTIVE"
    assert attalos.admin.client.get(f"{attalos.url}/members", query=gone).json["items"][0]["user_id"] == str(
        ada.id
    )


def test_a_person_gets_and_erases_what_is_stored_about_them(attalos, person, app, published):
    ada = attalos.take_in(person(), message="Please.")

    exported = personal.export(ada.id)
    for _ in range(2):
        with app.db.atomic():
            personal.erase(ada.id)

    assert [each["kind"] for each in exported["memberships"]] == ["RESIDENT"]
    assert [each["message"] for each in exported["join_requests"]] == ["Please."]
    assert app.db.rows("SELECT count(*) FROM buildings_member WHERE user_id = %s", (ada.id,)) == [(0,)]
    assert app.db.rows("SELECT count(*) FROM buildings_join_request") == [(0,)]
    assert app.auth.grants(ada.id) == frozenset()
    assert published()[-1] == "member.left"


def test_deleting_an_account_takes_it_out_of_buildings(attalos, person, client, work):
    ada = attalos.take_in(person())

    assert client.as_admin().delete(f"/v1/users/{ada.id}").status == 204
    work()

    assert list(api.members(attalos.id)) == [attalos.admin.id]
