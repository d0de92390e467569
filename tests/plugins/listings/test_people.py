"""Sellers: their card, their standing, their data; and moderators."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kernel.storage import count_statements
from plugins.listings import api
from plugins.listings.services import personal

PLUGINS = ("listings",)
URL = "/v1/listings"


def test_a_listing_shows_its_sellers_present_name(ada, client, work):
    made = ada.offer()
    assert made["seller"] == {"id": str(ada.id), "name": "Ada Lindqvist", "avatar_url": "", "verified": True}

    ada.client.patch("/v1/auth/profile", {"name": "Ada Okafor"})
    work()

    after = client.get(URL).json["items"][0]
    assert after["seller"]["name"] == "Ada Okafor"
    assert api.card(UUID(made["id"])).version == made["version"]


def test_a_photograph_for_contacts_only_is_shown_to_nobody_in_the_list(ada, client, work):
    ada.client.patch(
        "/v1/auth/profile", {"avatar_url": "https://example.com/a.png", "privacy": {"photo": "contacts"}}
    )
    work()

    assert ada.offer()["seller"]["avatar_url"] == ""


def test_listings_of_a_suspended_seller_are_out_of_sight_until_it_ends(ada, client, clock, work):
    made, admin = ada.offer(), client.as_admin()
    until = clock.now() + timedelta(days=2)

    suspended = admin.post(
        f"/v1/users/{ada.id}/suspend", {"reason": "Complaints", "until": until.isoformat()}
    )
    work()
    hidden = client.get(URL).json["items"], client.get(f"{URL}/{made['id']}").status
    clock.advance(timedelta(days=2, minutes=1))
    work()

    assert suspended.status in (200, 204)
    assert hidden == ([], 404)
    assert [each["id"] for each in client.get(URL).json["items"]] == [made["id"]]
    assert [each["id"] for each in client.get(URL, query={"q": "oak"}).json["items"]] == [made["id"]]


def test_a_banned_sellers_listings_come_back_with_the_seller(ada, client, work):
    ada.offer()
    admin = client.as_admin()

    admin.post(f"/v1/users/{ada.id}/ban", {"reason": "Fraud"})
    work()
    gone = client.get(URL).json["items"]
    admin.post(f"/v1/users/{ada.id}/reactivate", {"reason": "A mistake"})
    work()

    assert gone == []
    assert len(client.get(URL).json["items"]) == 1


def test_what_a_moderator_withholds_its_seller_cannot_show(ada, client, types):
    made, admin = ada.offer(), client.as_admin()

    withheld = admin.post(f"{URL}/{made['id']}/withhold", {"note": "Counterfeit?"})
    own = ada.client.get(f"{URL}/{made['id']}").json

    assert withheld.json["withheld"] == own["withheld"] == ["moderation"]
    assert client.get(f"{URL}/{made['id']}").status == 404
    assert ada.client.post(f"{URL}/{made['id']}/release").status == 404
    ada.client.post(f"{URL}/{made['id']}/deactivate")
    ada.client.post(f"{URL}/{made['id']}/reactivate")
    assert client.get(URL).json["items"] == client.get(URL, query={"q": "oak"}).json["items"] == []
    admin.post(f"{URL}/{made['id']}/release")
    assert len(client.get(URL).json["items"]) == 1
    assert [each for each in types() if each in {"withheld", "released"}] == ["withheld", "released"]


def test_reasons_to_withhold_stand_by_themselves(ada, client):
    listing = UUID(ada.offer()["id"])

    added = api.withhold(listing, "disputes"), api.withhold(listing, "fraud"), api.withhold(listing, "fraud")
    api.release(listing, "fraud")

    assert added == (True, True, False)
    assert not api.card(listing).available
    assert api.release(listing, "disputes")
    assert api.card(listing).available
    assert not api.release(listing, "disputes")


def test_a_moderator_of_one_scope_has_no_power_in_another(seller, client, chairs):
    member = seller("Ada", "listings_member", scope="building:a")
    made = member.offer(category_id=str(chairs), price={"amount": 1, "currency": "USD"}, scope="building:a")
    here, elsewhere = (seller(name, "listings_moderator", scope=scope).client
                       for name, scope in (("Mo", "building:a"), ("Al", "building:b")))  # fmt: skip

    refused = elsewhere.post(f"{URL}/{made['id']}/withhold", {})
    done = here.post(f"{URL}/{made['id']}/withhold", {})

    assert (refused.status, done.status) == (404, 200)
    assert here.post(f"{URL}/{made['id']}/deactivate").json["status"] == "DEACTIVATED"


def test_a_person_gets_and_erases_what_is_stored_about_them(ada, client, app, picture):
    made = ada.offer(title="Oak chair", media_ids=[str(picture(ada.id))])
    client.get(f"{URL}/{made['id']}")

    exported = personal.export(ada.id)
    for _ in range(2):
        with app.db.atomic():
            personal.erase(ada.id)

    assert [each["title"] for each in exported["listings"]] == ["Oak chair"]
    for table in (
        "listings_listing",
        "listings_view",
        "listings_view_day",
        "search_document",
        "media_attachment",
    ):
        assert app.db.rows(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_deleting_an_account_takes_its_listings_along(ada, client, work, types):
    made = ada.offer()
    admin = client.as_admin()

    assert admin.delete(f"/v1/users/{ada.id}").status == 204
    work()

    assert client.get(f"{URL}/{made['id']}").status == 404
    assert client.get(URL, query={"q": "oak"}).json["items"] == []
    assert types()[-1] == "deleted"


def test_a_category_in_use_is_kept_or_its_listings_go_to_another(ada, client, category, chairs):
    made, stools, admin = ada.offer(), category("stools"), client.as_admin()

    refused = admin.delete(f"/v1/categories/{chairs}")
    moved = admin.delete(f"/v1/categories/{chairs}", query={"reassign_to": stools})

    assert refused.status == 409
    assert moved.status in (200, 204), moved.text
    assert client.get(f"{URL}/{made['id']}").json["category"]["name"] == "Stools"
    assert len(client.get(URL, query={"q": "oak", "category": stools}).json["items"]) == 1


def test_other_plugins_get_cards_in_one_statement(ada, app):
    ids = [UUID(ada.offer()["id"]) for _ in range(3)]

    with count_statements() as counted:
        cards = api.cards(ids)

    assert counted.count == 1
    assert [cards[each].seller_id for each in ids] == [ada.id] * 3
    assert api.count_active(ada.id) == 3
