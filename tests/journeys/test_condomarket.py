"""CondoMarket as a building lives it, from its opening to a refund, on the profile as shipped.

Everything goes over HTTP, sockets and the mailbox; a server and a worker run, each its own process.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from kernel.testing.realtime import AckRefused
from tests.journeys.conftest import House
from tests.journeys.residents import PDF, Person, photograph

pytestmark = pytest.mark.slow

EUR = "EUR"


def balance(available: int, held: int) -> dict[str, Any]:
    """Return how the wallet shows a balance."""
    amounts = {"available": available, "held": held}
    return {"currency": EUR} | {name: {"amount": amount, "currency": EUR} for name, amount in amounts.items()}


def test_a_building_is_opened_for_its_manager_who_is_told(house: House) -> None:
    mine = house.mara.get("/v1/buildings/mine")["items"]

    imported = house.mara.post(
        f"{house.path}/units/import", {"units": [{"number": number} for number in ("1A", "1B", "2A")]}
    )

    assert [one["mine"]["admin"] for one in mine] == [True]
    assert imported == {"created": 3, "skipped": []}
    assert "Attalos House" in house.mara.mail("you are an admin of Attalos House")["subject"]
    found = house.market.get("/v1/buildings?q=attalos").json["items"]
    assert [one["id"] for one in found] == [house.id]  # anybody finds it, and nothing more of it
    assert house.dora.refused("GET", house.path) == (404, "not-found")
    assert house.dora.refused("POST", "/v1/buildings", {"name": "X", "city": "Y", "country": "PT"})[0] == 403


def test_a_neighbour_asks_to_come_in_and_proves_to_live_there(house: House) -> None:
    """By a request, a document, a refusal with its reason, a better document."""
    edda = house.market.register("Edda Newcomer")
    asked = edda.post(f"{house.path}/join-requests", {"kind": "TENANT", "unit": "9z", "message": "Hello"})
    house.mara.mail("Edda Newcomer asks to join Attalos House, unit 9z")
    house.mara.post(f"{house.path}/join-requests/{asked['id']}/reject", {"reason": "There is no such flat."})
    edda.mail("There is no such flat.")
    again = edda.post(f"{house.path}/join-requests", {"kind": "TENANT", "unit": "1a"})
    unit = _unit(house, "1A")
    approved = house.mara.post(f"{house.path}/join-requests/{again['id']}/approve", {"unit_id": unit})
    assert approved["status"] == "APPROVED"
    edda.mail("you belong to Attalos House now")
    assert _mine(edda) == {"unit": "1A", "admin": False, "verified": False}

    request_id = _verification(edda, unit, edda.upload(PDF, "lease.pdf", "private"))
    house.mara.mail("To review: Residence")
    [waiting] = [one for one in house.mara.get("/v1/verifications/queue")["items"] if one["id"] == request_id]
    assert waiting["requester"]["name"] == "Edda Newcomer"
    _read_only_by_reviewers(house, request_id, edda)
    house.mara.post(f"/v1/verifications/{request_id}/reject", {"reason": "The lease is not signed."})
    edda.mail("Please change: Residence", "The lease is not signed.")

    signed = edda.upload(PDF + b"% signed", "lease.pdf", "private")
    step = {"documents": [{"type": "proof_of_residence", "media_id": signed}]}
    assert edda.ask("PUT", f"/v1/verifications/{request_id}/steps/residence", step).status == 200
    edda.post(f"/v1/verifications/{request_id}/submit")
    decided = house.mara.post(f"/v1/verifications/{request_id}/approve")

    assert decided["status"] == "APPROVED"
    edda.mail("Verified: Residence")
    assert _mine(edda) == {"unit": "1A", "admin": False, "verified": True}


def _mine(person: Person) -> dict[str, Any]:
    [one] = person.get("/v1/buildings/mine")["items"]
    return {name: one["mine"][name] for name in ("unit", "admin", "verified")}


def _unit(house: House, number: str) -> str:
    """Return the id of a unit; it is there already when an earlier test imported it."""
    house.mara.post(f"{house.path}/units/import", {"units": [{"number": number}]})
    units = house.mara.get(f"{house.path}/units?q={number}")["items"]
    return str(next(one["id"] for one in units if one["number"] == number))


def _verification(person: Person, unit: str, document: str) -> str:
    proof = {"type": "proof_of_residence", "media_id": document}
    said = {"kind": "buildings.unit", "subject": f"unit:{unit}", "submit": True}
    made = person.post("/v1/verifications", said | {"steps": {"residence": {"documents": [proof]}}})
    assert made["status"] == "PENDING"
    return str(made["id"])


def _read_only_by_reviewers(house: House, request_id: str, owner: Person) -> None:
    """The document opens by the reviewers' link; neighbours, other houses and strangers know of nothing."""
    seen = house.mara.get(f"/v1/verifications/{request_id}")
    document = seen["steps"][0]["documents"][0]
    assert requests.get(document["file"]["url"], timeout=10).content == PDF
    assert house.market.get(f"/v1/media/{document['media_id']}/file").status == 404
    for outsider in (house.ada, house.cleo, house.dora):
        assert outsider.refused("GET", f"/v1/verifications/{request_id}") == (404, "not-found")
    assert owner.refused("POST", f"/v1/verifications/{request_id}/approve") == (403, "forbidden")


def test_a_chair_is_listed_found_ordered_paid_talked_about_and_reviewed(house: House) -> None:
    ada, ben, market = house.ada, house.ben, house.market
    pictures = [ada.upload(photograph(color), f"{color}.jpg") for color in ("navy", "olive")]
    chair = house.offer(ada, "Oak garden chair", quantity=3, media_ids=pictures)
    assert [one["id"] for one in chair["gallery"]] == pictures

    [found] = market.until(lambda: ben.get(f"/v1/listings?q=oak&scope={house.scope}")["items"])
    market.until(lambda: [one["id"] for one in ben.get("/v1/search?q=chair")["items"]] == [chair["id"]])
    _hidden_from_others(house, chair)
    seller, buyer = ada.connect("/orders"), ben.connect("/orders")
    order = house.order(ben, found, 2)
    assert (order["status"], order["total"]) == ("PENDING", {"amount": 9000, "currency": EUR})
    assert seller.expect("order:placed").data["number"] == order["number"]
    assert ada.refused("POST", f"/v1/orders/{order['id']}/confirm") == (409, "order-unpaid")

    _pay_at_the_second_attempt(house, order["id"])

    for socket in (seller, buyer):
        heard = socket.expect("order:status", lambda data: data["order_id"] == order["id"]).data
        assert (heard["was"], heard["status"]) == ("PENDING", "CONFIRMED")
    _talk(house, order["id"])
    assert ada.get("/v1/wallet")["balances"] == [balance(available=0, held=9000)]
    ben.post(f"/v1/orders/{order['id']}/complete")
    paid_out = [balance(available=9000, held=0)]
    market.until(lambda: ada.get("/v1/wallet")["balances"] == paid_out)
    ada.mail(f"New order {order['number']}")
    ada.mail(f"Order {order['number']} is completed")
    ben.mail(f"Your order {order['number']}")
    ben.mail(f"Order {order['number']} is confirmed")
    history = ben.get(f"/v1/orders/{order['id']}/history")["items"]
    assert [(one["status"], one["party"]) for one in history] == [
        ("PENDING", "buyer"), ("CONFIRMED", "system"), ("COMPLETED", "buyer"),
    ]  # fmt: skip
    _review(house, order["id"])


def _hidden_from_others(house: House, listing: dict[str, Any]) -> None:
    """Of another house, a stranger and nobody: there is no such thing."""
    for outsider in (house.cleo, house.dora):
        assert outsider.refused("GET", f"/v1/listings/{listing['id']}") == (404, "not-found")
        assert outsider.get("/v1/search?q=chair")["items"] == []
        wanted = {"lines": [{"ref": f"listing:{listing['id']}"}]}
        assert outsider.refused("POST", "/v1/orders", wanted) == (422, "invalid")
    assert house.market.get("/v1/listings?q=oak").json["items"] == []


def _pay_at_the_second_attempt(house: House, order_id: str) -> None:
    payment = house.ben.post(f"/v1/order-payments/{order_id}")
    declined = house.ben.post(f"/v1/payments/{payment['id']}/confirm", {"method": "tok_decline"})
    assert (declined["status"], declined["failure"]) == ("FAILED", "card_declined")
    assert house.cleo.refused("GET", f"/v1/payments/{payment['id']}") == (404, "not-found")
    house.pay(house.ben, order_id)


def _talk(house: House, order_id: str) -> None:
    """Buyer and seller in the order's room; nobody else is let in."""
    asked = (house.ben, f"/v1/order-chats/{order_id}")
    room = house.market.until(lambda: _there(*asked))["conversation_id"]
    seller, buyer = house.ada.connect("/chat"), house.ben.connect("/chat")
    said = {"conversation_id": room, "text": "Shall I bring a trolley?"}
    sent = buyer.call("message:send", said)
    heard = seller.expect("message:new", lambda data: data["message"]["id"] == sent["id"])
    assert heard.data["message"]["text"] == said["text"]
    seller.call("message:send", {"conversation_id": room, "text": "Please do."})
    buyer.expect("message:new", lambda data: data["message"]["text"] == "Please do.")
    for outsider in (house.mara, house.cleo):
        assert outsider.refused("GET", f"/v1/conversations/{room}/messages") == (404, "not-found")
        with pytest.raises(AckRefused) as refused:
            outsider.connect("/chat").join(f"conversation:{room}")
        assert refused.value.status == 404


def _there(person: Person, path: str) -> dict[str, Any] | None:
    answer = person.ask("GET", path)
    return answer.json if answer.status == 200 else None


def _review(house: House, order_id: str) -> None:
    reputation = f"/v1/reputation/{house.ada.id}?role=seller"
    assert house.market.get(reputation).json["count"] == 0
    picture = house.ben.upload(photograph("green"), "at-home.jpg")
    said = {"ref": f"order:{order_id}", "rating": 5, "text": "As described.", "media_ids": [picture]}
    assert house.cleo.refused("POST", "/v1/reviews", said) == (422, "invalid")

    made = house.ben.post("/v1/reviews", said)
    house.ada.mail("5 of 5 stars")
    answered = house.ada.post(f"/v1/reviews/{made['id']}/response", {"text": "Enjoy it!"})

    assert [one["id"] for one in made["gallery"]] == [picture]
    assert answered["response"] == "Enjoy it!"
    house.ben.mail("was answered")
    assert house.ben.refused("POST", "/v1/reviews", said) == (409, "review-exists")
    gained = house.market.get(reputation).json
    assert (gained["count"], gained["average"], gained["score"]) == (1, 5.0, 3.636)
    assert house.cleo.refused("GET", f"/v1/reviews/{made['id']}") == (404, "not-found")


def test_a_seller_confirms_what_costs_nothing(house: House) -> None:
    sofa = house.offer(house.ada, "Sofa to give away", 0, quantity=1)

    order = house.order(house.ben, sofa)
    confirmed = house.ada.post(f"/v1/orders/{order['id']}/confirm")

    assert order["payment_due"] is False
    assert confirmed["status"] == "CONFIRMED"
    house.ben.mail(f"Order {order['number']} is confirmed")
    assert house.ada.get(f"/v1/listings/{sofa['id']}")["status"] == "SOLD"


def test_a_broken_chair_is_disputed_and_refunded(house: House) -> None:
    chair = house.offer(house.ada, "Bentwood chair", 4700, quantity=1)
    order = house.order(house.ben, chair)
    payment = house.pay(house.ben, order["id"])
    before = house.ada.get("/v1/wallet")["balances"]

    disputed = house.ben.patch(
        f"/v1/orders/{order['id']}", {"status": "DISPUTED", "reason": "A leg is broken."}
    )
    assert disputed["status"] == "DISPUTED"
    house.ada.mail("A leg is broken.")
    disputes = house.mara.get("/v1/orders?as=operator&status=DISPUTED")["items"]
    assert [each["id"] for each in disputes] == [order["id"]]
    assert house.mara.get(f"/v1/orders/{order['id']}/history")["items"][-1]["reason"] == "A leg is broken."
    assert house.mara.refused("PATCH", f"/v1/orders/{order['id']}", {"status": "REFUNDED"})[0] == 403
    ruled = house.root.patch(f"/v1/orders/{order['id']}", {"status": "REFUNDED", "reason": "So it is."})

    assert ruled["status"] == "REFUNDED"
    assert house.ada.get(f"/v1/listings/{chair['id']}")["status"] == "ACTIVE"
    house.market.until(lambda: house.ben.get(f"/v1/payments/{payment}")["status"] == "REFUNDED")
    [refund] = house.ben.get(f"/v1/payments/{payment}/refunds")["items"]
    assert (refund["amount"]["amount"], refund["state"]) == (4700, "DONE")
    for person in (house.ada, house.ben):
        person.mail(f"Order {order['number']} is refunded")
    [after] = house.ada.get("/v1/wallet")["balances"]
    assert after["held"]["amount"] == before[0]["held"]["amount"] - 4700
    assert after["available"] == before[0]["available"]
    book = json.loads(house.market.manage("payments", "trial-balance", "--json"))
    assert book["balanced"] is True, book


def _bookable(house: House, title: str, amount: int) -> tuple[str, str, list[str]]:
    """Have Ada offer lessons; return their ref, where their free times are, and the times."""
    lessons = house.categories["Lessons"]
    offered = house.offer(house.ada, title, amount, type="SERVICE", category_id=lessons)
    ref = f"listing:{offered['id']}"
    said = {"ref": ref, "timezone": "Europe/Lisbon", "duration": 60, "step": 60, "cancel_notice": 0}
    hours = [{"weekday": day, "start": 540, "end": 1020} for day in range(7)]
    house.ada.post("/v1/bookings/resources", said | {"hours": hours})
    day = datetime.now(UTC).date() + timedelta(days=2)
    asked = f"/v1/bookings/availability?ref={ref}&since={day}&until={day}"
    return ref, asked, [one["starts_at"] for one in house.ben.get(asked)["items"]]


def test_a_lesson_is_booked_moved_and_cancelled(house: House) -> None:
    ada, ben = house.ada, house.ben
    ref, asked, free = _bookable(house, "Trial lesson on the piano", 0)
    assert len(free) == 8
    provider, customer = ada.connect("/bookings"), ben.connect("/bookings")

    booking = ben.post("/v1/bookings", {"ref": ref, "starts_at": free[0], "note": "My first"})
    path = f"/v1/bookings/{booking['id']}"
    assert provider.expect("booking:placed").data["booking_id"] == booking["id"]
    ada.mail("Trial lesson on the piano: booked for")
    assert ben.refused("POST", "/v1/bookings", {"ref": ref, "starts_at": free[0]}) == (409, "slot-taken")
    assert ada.post(f"{path}/confirm")["status"] == "CONFIRMED"
    assert customer.expect("booking:status").data["status"] == "CONFIRMED"
    ben.mail("Trial lesson on the piano is now confirmed")
    moved = ada.post(f"{path}/reschedule", {"starts_at": free[3]})
    assert moved["starts_at"] == free[3]
    assert customer.expect("booking:moved").data["starts_at"] == free[3]
    assert ben.post(f"{path}/cancel", {"reason": "I am ill."})["status"] == "CANCELLED"

    ada.mail("Trial lesson on the piano is now cancelled", "I am ill.")
    assert [one["starts_at"] for one in ben.get(asked)["items"]] == free
    assert house.cleo.refused("GET", path) == (404, "not-found")
    assert house.cleo.refused("POST", "/v1/bookings", {"ref": ref, "starts_at": free[0]}) == (
        404,
        "not-found",
    )


def test_a_lesson_with_a_price_is_paid_before_it_is_booked_and_refunded_when_it_is_called_off(
    house: House,
) -> None:
    ada, ben, market = house.ada, house.ben, house.market
    ref, asked, free = _bookable(house, "Lesson on the cello", 3000)

    held = ben.post("/v1/bookings", {"ref": ref, "starts_at": free[1]})
    path = f"/v1/bookings/{held['id']}"
    assert held["status"] == "HELD"
    due = ben.post(held["payment_url"])
    paid = ben.post(f"/v1/payments/{due['id']}/confirm", {"method": "tok_ok"})
    assert paid["status"] == "CAPTURED"
    market.until(lambda: ben.get(path)["status"] == "CONFIRMED")
    ada.mail("Lesson on the cello: booked for")
    ben.mail("Your booking of Lesson on the cello", "is confirmed")
    ada.post(f"{path}/cancel", {"reason": "My cello is broken."})

    market.until(lambda: ben.get(f"/v1/payments/{due['id']}")["status"] == "REFUNDED")
    ben.mail("Lesson on the cello is now cancelled", "My cello is broken.")
    assert free[1] in [one["starts_at"] for one in ben.get(asked)["items"]]


def test_a_building_is_verified_by_the_platform(house: House) -> None:
    mara, root = house.mara, house.root
    mandate = {"type": "mandate", "media_id": mara.upload(PDF, "mandate.pdf", "private")}
    step = {"values": {"managing_company": "Mara & Co."}, "documents": [mandate]}
    subject = {"kind": "buildings.building", "subject": f"building:{house.id}"}
    assert house.ada.refused("POST", "/v1/verifications", subject) == (404, "not-found")

    asked = mara.post("/v1/verifications", subject | {"steps": {"mandate": step}, "submit": True})
    assert mara.refused("POST", f"/v1/verifications/{asked['id']}/approve")[0] == 403
    root.post(f"/v1/verifications/{asked['id']}/approve")

    mara.mail("Verified: Building")
    [found] = house.market.get("/v1/buildings?q=attalos").json["items"]
    assert found["verified"] is True


def test_who_is_taken_out_is_told_and_takes_along_what_they_offered(house: House) -> None:
    gil = house.market.register("Gil Goodbye")
    code = house.mara.post(f"{house.path}/invitations", {"uses": 1})["code"]
    gil.post("/v1/buildings/invitations/accept", {"code": code})
    ladder = f"/v1/listings/{house.offer(gil, 'Aluminium ladder')['id']}"
    assert house.ben.get(ladder)["title"] == "Aluminium ladder"

    gone = house.mara.ask("DELETE", f"{house.path}/members/{gil.id}")

    assert gone.status == 204
    assert gil.refused("GET", house.path) == (404, "not-found")
    gil.mail("You do not belong to Attalos House any more")
    house.market.until(lambda: house.ben.ask("GET", ladder).status == 404)
