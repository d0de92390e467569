"""Rules of the platform and of a building on the profile as shipped: reports, webhooks, plans, settings."""

from __future__ import annotations

import pytest
from standardwebhooks.webhooks import Webhook

from kernel.testing.realtime import AckRefused
from tests.journeys.conftest import House
from tests.journeys.receiver import receiver

pytestmark = pytest.mark.slow


def test_a_reported_listing_is_taken_away_and_given_back_on_appeal(house: House) -> None:
    ada, ben, mara = house.ada, house.ben, house.mara
    watch = house.offer(ben, "Genuine watches", 900)
    said = {"kind": "listing", "target_id": watch["id"], "reason": "fraud", "details": "These are copies."}
    assert house.cleo.refused("POST", "/v1/reports", said) == (404, "not-found")
    ada.post("/v1/reports", said)

    [case] = mara.get(f"/v1/moderation/cases?scope={house.scope}&status=PENDING")["items"]
    assert house.cleo.get("/v1/moderation/cases")["items"] == []  # who runs another house has another queue
    decision = {
        "sanction": "WARNING",
        "hide": True,
        "ground": "Terms 4.2",
        "facts": "A known design, copied.",
    }
    mara.post(f"/v1/moderation/cases/{case['id']}/claim")
    mara.post(f"/v1/moderation/cases/{case['id']}/resolve", decision)

    ben.mail("you are warned", "A known design, copied.")
    ada.mail("What became of your report")
    assert ada.refused("GET", f"/v1/listings/{watch['id']}") == (404, "not-found")
    [statement] = ben.get("/v1/moderation/statements")["items"]
    appeal = ben.post("/v1/appeals", {"decision_id": statement["id"], "text": "Here is the receipt."})
    heard = f"/v1/moderation/appeals/{appeal['id']}/grant"
    assert mara.refused("POST", heard, {"reason": "I still think so."}) == (403, "own-decision")
    house.root.post(heard, {"reason": "The receipt is genuine."})
    ben.mail("taken back")
    assert ada.get(f"/v1/listings/{watch['id']}")["title"] == "Genuine watches"


def test_webhooks_of_a_seller_and_of_a_building_arrive_signed(house: House) -> None:
    with receiver() as sellers, receiver() as managers:
        types = ["listings.listing.published.v1"]
        own = house.ada.post("/v1/webhooks", {"url": sellers.url, "event_types": types})
        buildings = house.mara.post(
            "/v1/webhooks", {"url": managers.url, "event_types": types, "scope": house.scope}
        )
        denied = {"url": sellers.url, "event_types": types, "scope": house.scope}
        assert house.ben.refused("POST", "/v1/webhooks", denied) == (422, "invalid")

        bens = house.offer(house.ben, "Bookshelf")
        adas = house.offer(house.ada, "Reading lamp")

        house.market.until(lambda: len(managers.of_type(types[0])) == 2)
        [(headers, body)] = house.market.until(lambda: sellers.of_type(types[0]))
        assert Webhook(own["secret"]).verify(body, headers)["data"]["listing_id"] == adas["id"]
        told = [
            Webhook(buildings["secret"]).verify(body, headers)["data"]["listing_id"]
            for headers, body in managers.of_type(types[0])
        ]
        assert sorted(told) == sorted([bens["id"], adas["id"]])
        for person, made in ((house.ada, own), (house.mara, buildings)):
            person.ask("DELETE", f"/v1/webhooks/{made['endpoint']['id']}")


def test_the_free_plan_ends_at_five_and_a_better_one_goes_on(house: House) -> None:
    fay = house.moves_in("Fay Collector")
    for number in range(5):
        house.offer(fay, f"Plate number {number}", 100)
    sixth = house.listing("Plate number 5", 100)
    refused = fay.ask("POST", "/v1/listings", sixth)
    assert (refused.status, refused.problem) == (403, "limit-reached")
    assert (refused.json["limit"], refused.json["plan"], refused.json["upgrade"]) == (5, "FREE", "STANDARD")

    begun = fay.post("/v1/subscriptions", {"plan": "STANDARD", "interval": "month"})
    assert begun["status"] == "TRIALING"
    made = f"/v1/listings/{fay.post('/v1/listings', sixth)['id']}"
    fay.post(f"/v1/subscriptions/{begun['id']}/cancel", {"at_once": True})
    house.market.until(lambda: fay.get(made)["withheld"] == ["listing_plans"])
    fay.mail("Your subscription ended")

    better = fay.post("/v1/subscriptions", {"plan": "PREMIUM", "interval": "month"})
    assert better["status"] == "PENDING"  # there is one trial
    paid = fay.post(f"{better['due']['url']}/confirm", {"method": "tok_ok"})

    assert (paid["status"], paid["amount"]) == ("CAPTURED", {"amount": 2900, "currency": "USD"})
    house.market.until(lambda: fay.get(made)["withheld"] == [])
    current = fay.get("/v1/subscriptions/current")
    assert (current["plan"], current["features"]) == ("PREMIUM", ["priority_placement"])


def test_switching_the_market_off_takes_effect_at_once(house: House) -> None:
    gil = house.moves_in("Gil Mover")
    stool = house.offer(gil, "Kitchen stool")
    wanted = {"lines": [{"ref": f"listing:{stool['id']}"}]}
    path = f"/v1/listings/{stool['id']}"
    assert house.ben.get(path)["title"] == "Kitchen stool"

    house.allow(marketplace=False)
    try:
        assert house.ben.refused("GET", path) == (404, "not-found")
        assert house.ben.get(f"/v1/listings?scope={house.scope}")["items"] == []
        assert house.ben.refused("POST", "/v1/orders", wanted) == (409, "marketplace-closed")
        draft = gil.post("/v1/listings", {"type": "PRODUCT", "title": "Rug", "scope": house.scope})
        offered = {"category_id": house.categories["Furniture"], "price": {"amount": 1, "currency": "EUR"}}
        gil.patch(f"/v1/listings/{draft['id']}", offered)
        closed = gil.refused("POST", f"/v1/listings/{draft['id']}/publish")
        assert closed == (409, "marketplace-closed")
    finally:
        house.allow(marketplace=True)
    assert house.ben.get(path)["title"] == "Kitchen stool"


def test_switching_the_chat_off_takes_effect_on_open_sockets(house: House) -> None:
    rooms = house.ada.get(f"/v1/building-chats/{house.id}")
    writer, reader = house.ada.connect("/chat"), house.ben.connect("/chat")
    said = {"conversation_id": rooms["group"], "text": "Is the lift working?"}
    writer.call("message:send", said)
    reader.expect("message:new", lambda data: data["message"]["text"] == said["text"])
    with pytest.raises(AckRefused) as refused:
        writer.call("message:send", {**said, "conversation_id": rooms["announcements"]})
    assert refused.value.problem["type"].endswith("announcements-only")

    house.allow(chat=False)
    try:
        with pytest.raises(AckRefused) as refused:
            writer.call("message:send", said)
        assert refused.value.status == 409
        assert house.ben.get(f"/v1/conversations/{rooms['group']}/messages")["items"] != []
    finally:
        house.allow(chat=True)
    writer.call("message:send", said | {"text": "It is."})
    reader.expect("message:new", lambda data: data["message"]["text"] == "It is.")


def test_asking_for_verification_and_letting_in_whoever_asks_take_effect_at_once(house: House) -> None:
    house.allow(verification_required=True, auto_approve=True)
    try:
        asked = house.dora.post(f"{house.path}/join-requests", {"unit": "1B"})
        assert asked["status"] == "APPROVED"
        house.dora.mail("you belong to Attalos House now")
        said = house.listing("Umbrella", 500)
        assert house.dora.refused("POST", "/v1/listings", said) == (403, "verification-required")
        member = f"{house.path}/members/{house.dora.id}"
        house.mara.patch(member, {"verified": True})
        assert house.dora.post("/v1/listings", said)["status"] == "ACTIVE"
    finally:
        house.allow(verification_required=False, auto_approve=False)
        house.mara.ask("DELETE", f"{house.path}/members/{house.dora.id}")
    assert house.dora.refused("GET", house.path) == (404, "not-found")
