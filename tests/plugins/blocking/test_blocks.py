"""The list of blocks over HTTP, and what other plugins ask of it."""

from __future__ import annotations

import pytest

from kernel import StoaError, uuid7
from kernel.testing import count_statements
from plugins.accounts.models import User
from plugins.accounts.services import erasure
from plugins.blocking import api

pytestmark = pytest.mark.plugins("blocking")

URL = "/v1/blocks"
BLOCKED, UNBLOCKED = "blocking.user.blocked.v1", "blocking.user.unblocked.v1"


def names(who):
    return [each["user"]["name"] for each in who.client.get(URL).json["items"]]


def test_who_is_blocked_stands_on_ones_own_list_only(person):
    ada, ben, cleo = person("Ada"), person("Ben"), person("Cleo")

    made = ada.block(ben)
    ada.block(cleo)

    assert made.status == 201
    assert made.headers["location"] == f"/v1/blocks/{ben.id}"
    assert names(ada) == ["Cleo", "Ben"]
    assert names(ben) == names(cleo) == []


def test_blocking_twice_and_unblocking_twice_change_nothing_the_second_time(person, published):
    ada, ben = person(), person("Ben")

    first, second = ada.block(ben), ada.block(ben)
    gone = [ada.unblock(ben).status, ada.unblock(ben).status]

    assert first.json == second.json
    assert gone == [204, 204]
    assert names(ada) == []
    assert published() == [BLOCKED, UNBLOCKED]


def test_one_cannot_block_oneself_nor_nobody(person, client):
    ada, gone = person(), person("Ben")
    User.update(deleted_at=User.created_at).where(User.id == gone.id).execute()

    itself, nobody, deleted = (
        ada.block(ada),
        ada.client.post(URL, {"user_id": str(uuid7())}),
        ada.block(gone),
    )

    assert itself.status == 422
    assert itself.json["errors"][0]["pointer"] == "/user_id"
    assert nobody.status == deleted.status == 404
    assert client.post(URL, {"user_id": str(ada.id)}).status == 401


def test_the_list_comes_in_pages_that_bear_inserts(person):
    ada = person()
    for number in range(5):
        ada.block(person(f"Person {number}"))

    first = ada.client.get(URL, query={"limit": 2}).json
    ada.block(person("Late"))
    second = ada.client.get(URL, query={"limit": 2, "cursor": first["next"]}).json

    assert [each["user"]["name"] for each in first["items"]] == ["Person 4", "Person 3"]
    assert [each["user"]["name"] for each in second["items"]] == ["Person 2", "Person 1"]


def test_a_page_costs_the_same_statements_for_one_block_and_twenty(person):
    ada, counts = person(), []
    for more in (1, 19):
        for _ in range(more):
            ada.block(person("Somebody"))
        with count_statements() as counted:
            ada.client.get(URL)
        counts.append(counted.count)

    assert counts[0] == counts[1]


@pytest.mark.settings(blocking={"max_blocks": 2})
def test_a_full_list_takes_no_more_until_one_is_taken_back(person):
    ada, others = person(), [person() for _ in range(3)]

    statuses = [ada.block(each).status for each in others]
    again = ada.block(others[0]).status
    ada.unblock(others[0])

    assert statuses == [201, 201, 409]
    assert again == 201
    assert ada.block(others[2]).status == 201


def test_a_block_counts_for_both_whoever_made_it(person, app):
    ada, ben, cleo = person(), person("Ben"), person("Cleo")
    ada.block(ben)

    assert api.is_blocked(ada.id, ben.id)
    assert api.is_blocked(ben.id, ada.id)
    assert not api.is_blocked(ada.id, cleo.id)
    assert api.blocked_among(ben.id, [ada.id, cleo.id, ben.id]) == {ada.id}
    assert api.hidden_from(ada.id) == {ben.id}
    assert api.blocked_pairs([(ben.id, ada.id), (cleo.id, ada.id)]) == {(ben.id, ada.id)}
    assert api.blocked_pairs([]) == api.blocked_among(ada.id, []) == set()


def test_who_is_hidden_is_read_once_and_anew_after_each_change(person):
    ada, ben, cleo = person(), person("Ben"), person("Cleo")
    seen = [api.hidden_from(ada.id)]
    with count_statements() as counted:
        api.hidden_from(ada.id)

    ben.block(ada)
    seen.append(api.hidden_from(ada.id))
    ada.block(cleo)
    seen.append(api.hidden_from(ada.id))
    erasure.delete(ben.id)
    seen.append(api.hidden_from(ada.id))

    assert counted.count == 0
    assert seen == [set(), {ben.id}, {ben.id, cleo.id}, {cleo.id}]


def test_a_list_is_filtered_in_sql(person):
    ada, ben, cleo = person(), person("Ben"), person("Cleo")
    ada.block(ben)
    cleo.block(ada)

    seen = {row.id for row in User.select().where(api.where_not_blocked(User.id, ada.id))}

    assert {ben.id, cleo.id} & seen == set()
    assert ada.id in seen


def test_what_a_block_forbids_is_refused_in_its_transaction(person, app):
    ada, ben = person(), person("Ben")
    with app.db.atomic():
        api.require_not_blocked(ada.id, ben.id)
    ada.block(ben)

    with pytest.raises(api.Blocked), app.db.atomic():
        api.require_not_blocked(ben.id, ada.id)
    with pytest.raises(StoaError):
        api.require_not_blocked(ben.id, ada.id)


def test_the_blocked_do_not_find_who_blocks_them_among_people(person, client):
    ada, ben = person("Ada Lindqvist"), person("Ben Okafor")
    found = {"q": "lindqvist"}
    assert ben.client.get("/v1/users", query=found).json["items"]

    ada.block(ben)

    assert ben.client.get("/v1/users", query=found).json["items"] == []
    assert ben.client.get(f"/v1/users/{ada.id}").status == 404
    assert ada.client.get("/v1/users", query={"q": "okafor"}).json["items"]
    assert ada.client.get(f"/v1/users/{ben.id}").status == 200
    assert client.as_admin().get("/v1/users", query=found).json["items"]
    assert client.as_admin().get(f"/v1/users/{ada.id}").status == 200


def test_an_export_tells_whom_one_blocks_and_not_by_whom_one_is(person):
    ada, ben = person(), person("Ben")
    ada.block(ben)

    told = [each.client.get("/v1/users/me/export").json["plugins"]["blocking"] for each in (ada, ben)]

    assert [each["user_id"] for each in told[0]["blocked"]] == [str(ben.id)]
    assert told[1]["blocked"] == []


def test_deleting_an_account_deletes_its_blocks_and_those_against_it(person, app, work):
    ada, ben, cleo = person(), person("Ben"), person("Cleo")
    ada.block(ben)
    ben.block(cleo)
    cleo.block(ada)

    erasure.delete(ben.id)
    work()

    assert app.db.rows("SELECT blocker_id, blocked_id FROM blocking_block") == [(cleo.id, ada.id)]
