"""The conversation of a booking."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel import uuid7
from plugins.bookings.models import Booking
from plugins.bookings.services import changing
from plugins.bookings.services.placing import place
from plugins.categories import services as categories
from tests.plugins.bookings.samples import resource_of, someone

pytestmark = pytest.mark.plugins("booking_chat", "listings")


@pytest.fixture
def parties(client):
    """Return a provider and a customer, signed in, and the ref of a service the provider offers."""
    provider, customer = client.as_user(someone()), client.as_user(someone())
    category = uuid7()
    fields = {"name": "Haircuts", "slug": "haircuts", "parent_id": None, "attributes": []}
    categories.create(None, fields, id=category)
    price = {"amount": 4900, "currency": "USD"}
    body = {"type": "SERVICE", "title": "Haircut", "status": "ACTIVE", "category_id": str(category)}
    made = provider.post("/v1/listings", {**body, "price": price})
    return provider, customer, resource_of(provider.user_id, f"listing:{made.json['id']}").ref


def book(app, customer, ref, *, hold=False):
    who = app.auth.principal_of(customer.user_id)
    day = (app.clock.now() + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
    return place(who, ref=ref, starts_at=day, hold=hold, note="")


def room(who, booking_id):
    return who.get(f"/v1/booking-chats/{booking_id}")


def notes(who, booking_id):
    found = room(who, booking_id).json["conversation_id"]
    items = who.get(f"/v1/conversations/{found}/messages").json["items"]
    return [each["payload"] for each in items if each["type"] == "system"]


def test_both_talk_in_the_room_of_their_booking_and_nobody_else(app, client, parties, work):
    provider, customer, ref = parties
    booking = book(app, customer, ref)
    work()

    found = room(customer, booking.id).json["conversation_id"]
    said = customer.post(f"/v1/conversations/{found}/messages", {"text": "Is there a lift?"})

    assert said.status == 201
    assert room(provider, booking.id).json["conversation_id"] == found
    assert provider.get(f"/v1/conversations/{found}").json["title"] == "Haircut"
    assert room(client.as_user(), booking.id).status == 404


def test_changes_are_noted_once(app, parties, work):
    provider, customer, ref = parties
    booking = book(app, customer, ref)
    who = app.auth.principal_of(provider.user_id)
    changing.change_status(who, booking.id, "confirm")
    changing.reschedule(who, booking.id, booking.starts_at + timedelta(hours=2))

    work()
    work()

    told = {
        note["event"]: note for note in notes(customer, booking.id) if note["event"].startswith("booking")
    }
    assert len(notes(customer, booking.id)) == len(notes(provider, booking.id))
    assert (told["booking_status"]["status"], told["booking_status"]["by"]) == ("CONFIRMED", "provider")
    assert told["booking_moved"]["by"] == "provider"
    assert app.bus.operations.dead_count() == {}


def test_a_hold_has_a_room_only_when_it_is_booked(app, parties, work):
    provider, customer, ref = parties
    booking = book(app, customer, ref, hold=True)
    work()
    before = room(customer, booking.id).status

    changing.change_status(app.auth.principal_of(customer.user_id), booking.id, "request")
    work()

    assert before == 404
    assert room(provider, booking.id).status == 200
    assert Booking.get_by_id(booking.id).status == "PENDING"
