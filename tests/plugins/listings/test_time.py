"""Expiry, reminders and renewal, driven by the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.testing import race
from plugins.listings.services import expiry
from plugins.listings.tasks import expire_listings, remind_sellers

PLUGINS = ("listings",)
URL = "/v1/listings"


def test_a_listing_expires_leaves_the_list_and_its_seller_is_told_once(
    ada, client, clock, work, types, mailbox, app
):
    made = ada.offer(title="Oak chair")
    clock.advance(timedelta(days=30, seconds=1))

    expire_listings()
    expire_listings()
    work()

    ada.sign_in()
    assert ada.client.get(f"{URL}/{made['id']}").json["status"] == "EXPIRED"
    assert client.get(f"{URL}/{made['id']}").status == 404
    assert client.get(URL).json["items"] == client.get(URL, query={"q": "oak"}).json["items"] == []
    assert types().count("expired") == 1
    told = [each["title"] for each in ada.client.get("/v1/notifications").json["items"]]
    assert len([title for title in told if "has expired" in title]) == 1, told


@pytest.mark.settings(kernel={"public_url": "https://shop.example"}, listings={"page_url": "/?listing={id}"})
def test_messages_lead_to_the_page_of_a_client(ada, clock, work, mailbox):
    made = ada.offer(title="Oak chair")
    page = f"https://shop.example/?listing={made['id']}"
    clock.advance(timedelta(days=30, seconds=1))

    expire_listings()
    work()

    ada.sign_in()
    told = ada.client.get("/v1/notifications").json["items"][0]
    mail = next(each for each in mailbox("") if each["subject"].endswith("has expired"))
    assert (told["url"], page in told["body"]) == (page, False)
    assert page in mail["text"]
    assert f'href="{page}"' in mail["html"]


def test_a_listing_that_is_renewed_in_time_does_not_expire(ada, clock):
    made = ada.offer()
    clock.advance(timedelta(days=29))
    ada.sign_in()
    ada.client.post(f"{URL}/{made['id']}/renew")
    clock.advance(timedelta(days=29))

    assert expire_listings() == {"expired": 0}


def test_an_expired_listing_comes_back_as_new(ada, client, clock):
    old = ada.offer(title="Old")
    clock.advance(timedelta(days=31))
    expire_listings()
    ada.sign_in()

    fresh = ada.client.post(f"{URL}/{old['id']}/renew").json

    assert (fresh["status"], fresh["published_at"] > old["published_at"]) == ("ACTIVE", True)
    assert client.get(URL).json["items"][0]["id"] == old["id"]


def test_a_seller_is_reminded_once_and_again_after_a_renewal(ada, clock):
    made = ada.offer()
    clock.advance(timedelta(days=27, hours=1))

    first, again = remind_sellers(), remind_sellers()
    ada.sign_in()
    ada.client.post(f"{URL}/{made['id']}/renew")
    clock.advance(timedelta(days=28))

    assert (first, again, remind_sellers()) == ({"reminded": 1}, {"reminded": 0}, {"reminded": 1})


def test_workers_that_expire_at_once_expire_each_listing_once(ada, clock, types, app):
    for _ in range(12):
        ada.offer()
    clock.advance(timedelta(days=31))

    outcomes = race(*[lambda: (expiry.expire(), app.db.release())[0]] * 4)

    assert sum(outcomes) == 12
    assert types().count("expired") == 12


def test_the_schedules_do_it_by_themselves(ada, clock, work):
    made = ada.offer()
    work()
    clock.advance(timedelta(days=30, minutes=11))

    work()

    ada.sign_in()
    assert ada.client.get(f"{URL}/{made['id']}").json["status"] == "EXPIRED"


@pytest.mark.settings(listings={"lifetime_days": 0, "reminder_days": 0})
def test_listings_may_live_for_good(ada, clock):
    made = ada.offer()
    clock.advance(timedelta(days=4000))

    assert made["expires_at"] is None
    assert (expire_listings(), remind_sellers()) == ({"expired": 0}, {"reminded": 0})
