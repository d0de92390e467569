"""Two buildings, and in one of them something of everything: what the isolation matrix asks for.

Each text says who may read it: what a building shares is full of TANGERINES, what is
its office's of POMELOS, what is between two people of KUMQUATS.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.residents import PDF, Market, Person, photograph

SHARED, OFFICE, PRIVATE = "tangerine", "pomelo", "kumquat"
EUR = "EUR"
MONEY = {"amount": 4500, "currency": EUR}


@dataclass
class Village:
    """Rita's building, which Mona runs: Rita deals with Otto, and Nils lives next door.

    Elsa runs and lives in another building, Stan lives in none. `ids` are what path
    and query parameters are filled with, by name, or by the beginning of the path.
    """

    market: Market
    building: str
    elsewhere: str
    platform: Person
    manager: Person
    resident: Person
    other: Person
    neighbour: Person
    elsa: Person
    stranger: Person
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def scope(self) -> str:
        return f"building:{self.building}"

    @property
    def path(self) -> str:
        return f"/v1/buildings/{self.building}"

    @property
    def callers(self) -> dict[str, Person]:
        """Return those who ask, from the one with the fewest rights to the one with the most."""
        return {
            "anonymous": Person(self.market, "Nobody"),
            "stranger": self.stranger,
            "elsewhere": self.elsa,
            "neighbour": self.neighbour,
            "resident": self.resident,
            "manager": self.manager,
            "platform": self.platform,
        }


def settle(market: Market) -> Village:
    """Found the buildings and fill one of them, over HTTP."""
    platform = Person(market, "Rosa Platform").sign_in()
    names = ("Mona Office", "Rita Resident", "Otto Other", "Nils Nextdoor", "Elsa Elsewhere", "Stan Stranger")
    mona, rita, otto, nils, elsa, stan = (market.register(name) for name in names)
    made = [
        platform.post("/v1/buildings", {"name": name, "city": "Lisbon", "country": "PT", "admin_id": runs.id})
        for name, runs in (("Courtyard", mona), ("Towers", elsa))
    ]
    village = Village(market, made[0]["id"], made[1]["id"], platform, mona, rita, otto, nils, elsa, stan)
    village.ids["building_id"] = village.building
    mona.patch(village.path, {"street": f"{SHARED} street 4"})
    code = mona.post(f"{village.path}/invitations", {"uses": 3, "kind": "RESIDENT"})["code"]
    for person in (rita, otto, nils):
        person.post("/v1/buildings/invitations/accept", {"code": code})
    for fill in (_house, _market, _booking, _chat, _office, _money, _hooks):
        fill(village)
    return village


def _house(village: Village) -> None:
    ids, mona, path = village.ids, village.manager, village.path
    unit = mona.post(f"{path}/units", {"number": "7", "note": f"{SHARED}s on the balcony"})
    mona.patch(f"{path}/members/{village.resident.id}", {"unit_id": unit["id"]})
    asked = village.market.register("Ines Incoming").post(
        f"{path}/join-requests", {"message": f"I like {OFFICE}s"}
    )
    category = mona.post(f"/v1/categories?scope={village.scope}", {"name": f"Our {SHARED}s"})
    ids.update(
        {
            "unit_id": unit["id"], "user_id": village.resident.id, "category_id": category["id"],
            f"{path}/join-requests": asked["id"],
        }
    )  # fmt: skip


def _listing(village: Village, seller: Person, title: str, **more: Any) -> str:
    said = {
        "type": "PRODUCT", "title": title, "category_id": village.ids["category_id"], "price": MONEY,
        "scope": village.scope, "status": "ACTIVE",
    }  # fmt: skip
    return str(seller.post("/v1/listings", said | more)["id"])


def _market(village: Village) -> None:
    """Rita sells, Otto buys, pays, receives and reviews; there is a draft of hers as well."""
    ids, rita, otto = village.ids, village.resident, village.other
    ids["listing_id"] = _listing(village, rita, f"Crate of {SHARED}s")
    ids["draft"] = _listing(village, rita, f"Draft about {OFFICE}s", status="DRAFT")
    wanted = {"lines": [{"ref": f"listing:{ids['listing_id']}"}], "note": f"with {PRIVATE}s, please"}
    placed = otto.post("/v1/orders", wanted)
    order = placed["orders"][0]
    ids.update({"order_id": order["id"], "checkout": placed["checkout_id"], "number": order["number"]})
    payment = otto.post(f"/v1/order-payments/{order['id']}")
    otto.post(f"/v1/payments/{payment['id']}/confirm", {"method": "tok_ok"})
    village.market.until(lambda: otto.get(f"/v1/orders/{order['id']}")["status"] == "CONFIRMED")
    ids["escrow_id"] = rita.get("/v1/escrows?role=payee")["items"][0]["id"]
    otto.post(f"/v1/orders/{order['id']}/complete")
    ids["document_id"] = village.market.until(lambda: rita.get("/v1/invoices?as=seller")["items"])[0]["id"]
    said = {"ref": f"order:{order['id']}", "rating": 5, "text": f"Fresh {SHARED}s"}
    ids["review_id"] = otto.post("/v1/reviews", said)["id"]


def _booking(village: Village) -> None:
    ids, rita, otto = village.ids, village.resident, village.other
    service = _listing(village, rita, f"Peeling of {SHARED}s", type="SERVICE", price=MONEY | {"amount": 0})
    hours = [{"weekday": day, "start": 540, "end": 1020} for day in range(7)]
    said = {"ref": f"listing:{service}", "timezone": "Europe/Lisbon", "duration": 60, "step": 60}
    ids["resource_id"] = rita.post("/v1/bookings/resources", said | {"hours": hours})["id"]
    day = datetime.now(UTC).date() + timedelta(days=3)
    free = otto.get(f"/v1/bookings/availability?ref={said['ref']}&since={day}&until={day}")["items"]
    wanted = {"ref": said["ref"], "starts_at": free[0]["starts_at"], "note": f"And {PRIVATE}s"}
    ids.update({"booking_id": otto.post("/v1/bookings", wanted)["id"], "service": service, "day": str(day)})


def _chat(village: Village) -> None:
    """A group of Rita's and Otto's, with what a group may have; and a word to the whole building."""
    ids, rita, otto = village.ids, village.resident, village.other
    group = rita.post("/v1/conversations", {"kind": "group", "title": f"{PRIVATE}s", "members": [otto.id]})[
        "id"
    ]
    poll = {"type": "poll", "payload": {"question": f"Which {PRIVATE}s?", "options": ["these", "those"]}}
    ids["conversation_id"] = group
    ids["message_id"] = rita.post(f"/v1/conversations/{group}/messages", poll)["id"]
    rita.post(f"/v1/conversations/{group}/messages", {"text": f"All about #{PRIVATE}"})
    rita.ask("PUT", f"/v1/messages/{ids['message_id']}/saved", {"note": PRIVATE})
    rita.post(f"/v1/conversations/{group}/invites", {})
    ids["hashtag"] = PRIVATE
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    said = {"conversation_id": group, "send_at": later, "text": f"Later, {PRIVATE}s"}
    ids["scheduled_id"] = rita.post("/v1/chat/scheduled", said)["id"]
    ids["backup_id"] = rita.post("/v1/chat/backups")["id"]
    ids["restore_id"] = rita.post("/v1/chat/restores")["id"]
    rooms = village.market.until(lambda: rita.get(f"/v1/building-chats/{village.building}"))
    rita.post(f"/v1/conversations/{rooms['group']}/messages", {"text": f"Who likes {SHARED}s?"})
    village.market.until(lambda: rita.ask("GET", f"/v1/order-chats/{ids['order_id']}").status == 200)
    village.market.until(lambda: rita.ask("GET", f"/v1/booking-chats/{ids['booking_id']}").status == 200)


def _office(village: Village) -> None:
    """A residence to be verified, and a listing that was reported, decided about and appealed."""
    ids, rita, otto, mona = village.ids, village.resident, village.other, village.manager
    ids["media_id"] = rita.upload(PDF, f"{OFFICE}.pdf", "private")
    proof = {"type": "proof_of_residence", "media_id": ids["media_id"]}
    said = {"kind": "buildings.unit", "subject": f"unit:{ids['unit_id']}", "submit": True}
    asked = rita.post("/v1/verifications", said | {"steps": {"residence": {"documents": [proof]}}})
    mona.post(f"/v1/verifications/{asked['id']}/notes", {"text": f"Ask about {OFFICE}s"})
    ids["/v1/verifications"] = asked["id"]
    bad = _listing(village, rita, f"Rotten {SHARED}s")
    otto.post(
        "/v1/reports", {"kind": "listing", "target_id": bad, "reason": "fraud", "details": f"{OFFICE}s!"}
    )
    [case] = mona.get(f"/v1/moderation/cases?scope={village.scope}")["items"]
    decision = {"sanction": "WARNING", "hide": True, "ground": "Terms", "facts": f"No {OFFICE}s."}
    mona.post(f"/v1/moderation/cases/{case['id']}/resolve", decision)
    [statement] = rita.get("/v1/moderation/statements")["items"]
    appeal = rita.post("/v1/appeals", {"decision_id": statement["id"], "text": f"Such {OFFICE}s!"})
    ids.update(
        {
            "case_id": case["id"], "case": case["id"], "decision_id": statement["id"],
            "appeal_id": appeal["id"], "/v1/moderation/appeals/": appeal["id"],
        }
    )  # fmt: skip
    _complaint(village)


def _complaint(village: Village) -> None:
    """Rita reports something, the office finds nothing wrong, and she complains."""
    ids, rita, mona = village.ids, village.resident, village.manager
    others = _listing(village, village.other, f"Dried {SHARED}s")
    report = {"kind": "listing", "target_id": others, "reason": "spam", "details": f"{OFFICE}s again"}
    ids["report_id"] = rita.post("/v1/reports", report)["id"]
    [case] = mona.get(f"/v1/moderation/cases?scope={village.scope}&status=PENDING")["items"]
    mona.post(f"/v1/moderation/cases/{case['id']}/dismiss", {"reason": f"These are {OFFICE}s."})
    rita.post(f"/v1/reports/{ids['report_id']}/complaint", {"text": f"They are no {OFFICE}s!"})
    ids["/v1/moderation/complaints/"] = mona.get("/v1/moderation/complaints")["items"][0]["id"]


def _money(village: Village) -> None:
    ids, rita = village.ids, village.resident
    ids["payment_id"] = rita.post("/v1/wallet/topups", {"amount": MONEY})["id"]
    method = {"use": "payout", "token": "acct_ok", "label": f"{PRIVATE} bank"}
    kept = rita.post("/v1/payments/methods", method)
    mine = lambda: [one["available"]["amount"] for one in rita.get("/v1/wallet")["balances"]]  # noqa: E731
    village.market.until(lambda: any(mine()))
    said = {"amount": MONEY | {"amount": 100}, "method_id": kept["id"]}
    ids["payout_id"] = rita.post("/v1/payouts", said)["id"]
    begun = rita.post("/v1/subscriptions", {"plan": "STANDARD", "interval": "month"})
    ids["subscription_id"] = begun["id"]


def _hooks(village: Village) -> None:
    """An endpoint of Rita's that nobody answers at, and what she was told in the application."""
    ids, rita = village.ids, village.resident
    said = {"url": f"http://127.0.0.1:9/{PRIVATE}", "description": f"For {PRIVATE}s"}
    made = rita.post("/v1/webhooks", said)["endpoint"]["id"]
    rita.post(f"/v1/webhooks/{made}/test")
    ids["endpoint_id"] = made
    log = f"/v1/webhooks/{made}/deliveries"
    ids[f"/v1/webhooks/{made}"] = village.market.until(lambda: rita.get(log)["items"])[0]["id"]
    ids["notification_id"] = village.market.until(lambda: rita.get("/v1/notifications")["items"])[0]["id"]
    deliveries = f"/v1/notifications/deliveries?user_id={rita.id}"
    ids["/v1/notifications"] = village.platform.get(deliveries)["items"][0]["id"]
    rita.upload(photograph("teal"), f"{PRIVATE}.jpg")
