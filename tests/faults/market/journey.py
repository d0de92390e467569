"""What people of CondoMarket do all day: list, browse, order, pay, talk, review, refund, book, subscribe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from kernel.storage import uuid7
from tests.faults.market.library import Library
from tests.faults.market.listening import Listener
from tests.faults.market.people import Disappointed, Person

CURRENCY: Final = "EUR"
METHODS: Final = ("tok_ok", "tok_ok", "tok_ok", "tok_fee", "tok_decline", "tok_timeout")
ENDINGS: Final = ("complete", "complete", "complete", "dispute", "cancel", "leave")


class Resident:
    """One person's days: `round` is one of the things they do, chosen by their dice."""

    def __init__(
        self, person: Person, listener: Listener, operator: Person, categories: dict[str, str]
    ) -> None:
        self.person, self.listener, self.library = person, listener, Library(person)
        self._operator, self._categories = operator, categories
        self._read: dict[str, int] = {}
        self._service = ""
        self._begun: list[Callable[[], object]] = [self.open_hours, self.show, self.send_file]
        """What everybody does first, the last of it at once."""

    def round(self) -> None:
        """Do one thing; one that disappoints is in the record."""
        person = self.person
        deeds: tuple[tuple[Callable[[], object], int], ...] = (
            (self.offer, 20), (self.buy, 40), (self.talk, 60), (self.read, 20), (self.book, 10),
            (self.open_hours, 3), (self.browse, 15), (person.sign_in, 4), (self.subscribe, 1),
            (self.show, 5), (self.send_file, 8), (self.library.tidy, 4),
        )  # fmt: skip
        [deed] = person.dice.choices([each for each, _ in deeds], [weight for _, weight in deeds])
        deed = self._begun.pop() if self._begun else deed
        try:
            deed()
        except Disappointed:
            person.record.count("rounds given up")
        else:
            person.record.count(deed.__name__)
            person.record.pulse.beat()

    def offer(self, kind: str = "PRODUCT", amount: int = 0, pictures: Sequence[str] = ()) -> str:
        """Publish something; return its id, empty where the plan allows no more."""
        person = self.person
        pieces = person.dice.randint(1, 4)
        said: dict[str, Any] = {
            "type": kind, "title": f"Chair of {person.number}", "scope": person.scope, "status": "ACTIVE",
            "category_id": self._categories[kind],
            "price": {"amount": amount or person.dice.randint(101, 9999), "currency": CURRENCY},
            "media_ids": list(pictures),
        }  # fmt: skip
        if kind == "PRODUCT":
            said["quantity"] = pieces
        made = person.post("/v1/listings", said, "limit-reached")
        if made is None:
            return ""
        if kind == "PRODUCT":
            person.record.offered[made["id"]] = pieces
        for picture in pictures:
            person.record.shown[f"listings.listing:{made['id']}"] = picture
        return str(made["id"])

    def show(self) -> None:
        """Offer something with a picture, which may still be processed."""
        picture = self.library.picture()
        if picture:
            self.offer(pictures=[picture])

    def browse(self) -> list[dict[str, Any]]:
        """Look through the list, at one thing and for one; return what others offer."""
        person = self.person
        found = person.get(f"/v1/listings?scope={person.scope}&type=PRODUCT&limit=50")["items"]
        others = [one for one in found if one["seller"]["id"] != person.id]
        if others:
            chosen = f"/v1/listings/{person.dice.choice(others)['id']}"
            person.done(person.ask("GET", chosen), f"GET {chosen}", "not-found")
        person.get("/v1/search?q=chair")
        return others

    def buy(self) -> None:
        """Order something, and see it through to one end or another."""
        person = self.person
        offered = self.browse()
        if not offered:
            return
        chosen = person.dice.choice(offered)
        key = f"order-{person.number}-{uuid7()}"
        wanted = {
            "lines": [{"ref": f"listing:{chosen['id']}", "quantity": person.dice.randint(1, 2)}],
            "note": key,
        }
        person.record.orders[key] = None
        placed = person.post("/v1/orders", wanted, "out-of-stock", "invalid", key=key)
        person.record.orders[key] = placed["orders"][0]["id"] if placed else ""
        if placed:
            self._pay(placed["orders"][0]["id"])

    def _pay(self, order_id: str) -> None:
        person = self.person
        if person.dice.random() < 0.1:
            self._ended(order_id, "cancel", "CANCELLED")
            return
        due = person.post(f"/v1/order-payments/{order_id}")
        method = person.dice.choice(METHODS)
        status = self._confirmed(due["id"], method)
        if status == "FAILED":
            status = self._confirmed(due["id"], "tok_ok")
        if status == "PROCESSING":
            return
        person.record.paid.add(order_id)
        person.until(f"/v1/orders/{order_id}", lambda order: order["status"] == "CONFIRMED")
        self._talk_about(order_id)
        self._end(order_id)

    def _confirmed(self, payment_id: str, method: str) -> str:
        """Pay; return the payment's status, PROCESSING when the gateway's answer was lost.

        Then the sweep finds out in minutes, and the buyer does not wait for it.
        """
        status = self.person.post(f"/v1/payments/{payment_id}/confirm", {"method": method})["status"]
        expected = {"tok_decline": {"FAILED", "PROCESSING"}}.get(method, {"CAPTURED", "PROCESSING"})
        if status not in expected:
            self.person.record.surprise(f"payment {payment_id} with {method} is {status}")
            raise Disappointed
        self.person.record.count(f"payments {status}")
        return str(status)

    def _talk_about(self, order_id: str) -> None:
        room = self.person.until(f"/v1/order-chats/{order_id}", lambda found: found["conversation_id"])
        self.talk(room["conversation_id"])

    def _end(self, order_id: str) -> None:
        person = self.person
        ending = person.dice.choice(ENDINGS)
        if ending == "complete":
            self._ended(order_id, "complete", "COMPLETED")
            said = {"ref": f"order:{order_id}", "rating": person.dice.randint(1, 5), "text": "As described."}
            person.record.reviews[order_id] = person.post("/v1/reviews", said)["id"]
        elif ending == "cancel":
            self._ended(order_id, "cancel", "CANCELLED")
        elif ending == "dispute":
            self._becomes(person, order_id, "DISPUTED")
            self._becomes(self._operator, order_id, "REFUNDED")
            person.record.ended[order_id] = "REFUNDED"

    def _ended(self, order_id: str, verb: str, status: str) -> None:
        said = {"reason": "I have changed my mind."} if verb == "cancel" else None
        done = self.person.post(f"/v1/orders/{order_id}/{verb}", said)
        if done["status"] != status:
            self.person.record.surprise(f"order {order_id}: {verb} answered {done['status']}")
        self.person.record.ended[order_id] = status

    def _becomes(self, by: Person, order_id: str, status: str) -> None:
        """Change a status by PATCH, which has no key: whoever asked again looks whether it was done."""
        path = f"/v1/orders/{order_id}"
        answer = by.ask("PATCH", path, {"status": status, "reason": "It is broken."})
        if answer.status == 409 and by.get(path)["status"] == status:
            return
        by.done(answer, f"PATCH {path}")

    def talk(self, conversation: str = "", **more: Any) -> str:
        """Write a message by the socket; over HTTP, under its id, when that is not acknowledged."""
        person, key = self.person, str(uuid7())
        room = conversation or person.group
        data = {"id": key, "text": f"message {key}", **more}
        if self.listener.send({"conversation_id": room, **data}):
            person.record.count("sent by socket")
        else:
            person.post(f"/v1/conversations/{room}/messages", data)
        person.record.say(room, key)
        return key

    def send_file(self) -> None:
        """Send a document, a new one while there is room."""
        library = self.library
        document = library.document() or next(iter(library.documents), "")
        if document and library.ready(document):
            message = self.talk(type="document", media_ids=[document])
            self.person.record.shown[f"chat.message:{message}"] = document

    def read(self) -> None:
        """Read the group up to its last message, or not quite."""
        person = self.person
        path = f"/v1/conversations/{person.group}"
        last = person.get(f"{path}/messages?limit=10")["items"]
        if last:
            upto = person.dice.choice(last)["seq"]
            person.done(person.ask("PUT", f"{path}/read", {"seq": upto}), f"PUT {path}/read")

    def open_hours(self) -> None:
        """Offer lessons that can be booked; some cost nothing."""
        person = self.person
        if self._service:
            return
        listing = self.offer("SERVICE", 1500)
        if not listing:
            return
        hours = [{"weekday": day, "start": 540, "end": 1020} for day in range(7)]
        said = {
            "ref": f"listing:{listing}", "timezone": "Europe/Lisbon", "duration": 60, "step": 30,
            "cancel_notice": 0, "hours": hours,
        }  # fmt: skip
        person.post("/v1/bookings/resources", said)
        self._service = listing

    def book(self) -> None:
        """Book a free time of somebody, pay for it, and perhaps call it off."""
        person = self.person
        found = person.get(f"/v1/listings?scope={person.scope}&type=SERVICE&limit=50")["items"]
        offered = [one for one in found if one["seller"]["id"] != person.id]
        if not offered:
            return
        ref = f"listing:{person.dice.choice(offered)['id']}"
        day = datetime.now(UTC).date() + timedelta(days=person.dice.randint(2, 3))
        asked = person.ask("GET", f"/v1/bookings/availability?ref={ref}&since={day}&until={day}")
        free = (person.done(asked, "availability", "not-found") or {"items": []})["items"]
        if free:
            self._take(ref, person.dice.choice(free)["starts_at"])

    def _take(self, ref: str, starts_at: str) -> None:
        person, key = self.person, f"booking-{self.person.number}-{uuid7()}"
        said = {"ref": ref, "starts_at": starts_at, "note": key}
        person.record.bookings[key] = None
        held = person.post("/v1/bookings", said, "slot-taken", "slot-not-offered", "too-many-holds", key=key)
        person.record.bookings[key] = held["id"] if held else ""
        if held is None:
            return
        due = person.post(held["payment_url"])
        if self._confirmed(due["id"], "tok_ok") == "PROCESSING":
            return
        person.until(f"/v1/bookings/{held['id']}", lambda booking: booking["status"] == "CONFIRMED")
        if person.dice.random() < 0.4:
            path = f"/v1/bookings/{held['id']}"
            answer = person.ask("POST", f"{path}/cancel", {"reason": "I am ill."})
            if not (answer.status == 409 and person.get(path)["status"] == "CANCELLED"):
                person.done(answer, f"POST {path}/cancel")

    def subscribe(self) -> None:
        """Take the plan with room for twenty listings."""
        self.person.post("/v1/subscriptions", {"plan": "STANDARD"}, "subscription-exists")
