"""Sending again: one delivery, and what happened in a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.plugins.webhooks.conftest import SOLD

pytestmark = [
    pytest.mark.plugins("webhooks", "listings"),
    pytest.mark.settings(webhooks={"allow_private": True, "retries": ["5s"]}),
]


def ids(receiver):
    return [got.json["data"]["listing_id"] for got in receiver.got]


def span(clock, **more):
    since, until = clock.now() - timedelta(days=2), clock.now() + timedelta(minutes=1)
    return {"since": since.isoformat(), "until": until.isoformat(), **more}


def test_a_delivery_is_sent_again_under_its_message_id(person, receiver, sold, work):
    ada = person()
    endpoint = ada.endpoint(receiver.url)
    sold(ada.id)
    work()
    [delivery] = endpoint.log

    answer = endpoint.post(f"deliveries/{delivery['id']}/replay")
    work()

    assert (answer.status, answer.json["status"]) == (202, "PENDING")
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len(receiver.got) == 2
    assert [one["status"] for one in endpoint.log] == ["DELIVERED"]


def test_what_was_missed_while_disabled_comes_by_replaying_the_time(person, receiver, sold, work, clock):
    ada = person()
    endpoint = ada.endpoint(receiver.url, event_types=[SOLD])
    before = sold(ada.id)
    work()
    endpoint.post("disable")
    missed = [sold(ada.id) for _ in range(3)]
    work()
    endpoint.post("enable")
    assert ids(receiver) == [str(before)]

    answer = endpoint.post("replay", span(clock))
    work()
    endpoint.post("replay", span(clock))
    work()

    assert answer.status == 202
    assert sorted(ids(receiver)) == sorted(str(one) for one in [before, *missed])


def test_failed_deliveries_are_tried_again_and_delivered_ones_only_when_asked(
    person, receiver, sold, work, clock
):
    ada = person()
    endpoint = ada.endpoint(receiver.url, event_types=[SOLD])
    good = sold(ada.id)
    work()
    receiver.status = 500
    bad = sold(ada.id)
    for _ in range(3):
        work()
        clock.advance(timedelta(minutes=1))
    receiver.status = 200
    receiver.got.clear()

    endpoint.post("replay", span(clock))
    work()
    undelivered = ids(receiver)
    receiver.got.clear()
    endpoint.post("replay", span(clock, which="all"))
    work()

    assert undelivered == [str(bad)]
    assert sorted(ids(receiver)) == sorted([str(good), str(bad)])


def test_a_replay_reads_no_more_than_its_owner_may_nor_beyond_its_time(person, receiver, sold, work, clock):
    ada, ben = person(), person()
    endpoint = ada.endpoint(receiver.url, event_types=[SOLD])
    endpoint.post("disable")
    sold(ben.id)
    sold(ada.id)
    work()
    clock.advance(timedelta(days=3))
    ada.sign_in()
    late = sold(ada.id)
    work()
    endpoint.post("enable")

    endpoint.post("replay", span(clock))
    work()

    assert ids(receiver) == [str(late)]


def test_a_time_must_be_one_and_no_longer_than_a_month(person, receiver, clock):
    ada = person()
    endpoint, now = ada.endpoint(receiver.url), clock.now()

    answers = [
        endpoint.post("replay", {"since": since.isoformat(), "until": now.isoformat()})
        for since in (now, now + timedelta(days=1), now - timedelta(days=32))
    ]

    assert [each.status for each in answers] == [422, 422, 422]
    assert {each.json["errors"][0]["pointer"] for each in answers} == {"/until"}


def test_replaying_the_bus_sends_nothing_twice(person, receiver, sold, work, app):
    ada = person()
    ada.endpoint(receiver.url)
    sold(ada.id)
    work()

    app.bus.operations.replay("webhooks.listings.listing.sold.v1")
    work()

    assert len(receiver.got) == 1


def test_a_test_message_is_sent_like_any_other(person, receiver, work):
    ada = person()
    endpoint = ada.endpoint(receiver.url)

    answer = endpoint.post("test")
    work()

    assert answer.status == 202
    assert receiver.got[0].json["type"] == "webhooks.test"
    assert receiver.got[0].json["data"] == {"endpoint_id": endpoint.id}
