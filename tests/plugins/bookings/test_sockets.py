"""What open sockets hear of bookings."""

from __future__ import annotations

import pytest

from tests.plugins.bookings.conftest import at

pytestmark = pytest.mark.plugins("bookings", "listings")


def test_both_parties_hear_of_a_booking_and_a_stranger_of_their_own_only(resource, person, realtime):
    salon, customer, stranger = resource(), person(), person()
    people = (customer, salon.provider, stranger)
    sockets = [realtime.connect("/bookings", each.client) for each in people]

    booking = customer.book(salon.ref, at(9)).json["id"]
    salon.provider.step(booking, "confirm")
    salon.provider.step(booking, "reschedule", {"starts_at": at(15)})
    own = stranger.book(salon.ref, at(20)).json["id"]

    for socket in sockets[:2]:
        placed = socket.expect("booking:placed").data
        assert (placed["booking_id"], placed["status"]) == (booking, "PENDING")
        status = socket.expect("booking:status").data
        assert (status["was"], status["status"], status["party"]) == ("PENDING", "CONFIRMED", "provider")
        moved = socket.expect("booking:moved").data
        assert (moved["booking_id"], moved["starts_at"][11:16]) == (booking, "15:00")
    assert sockets[2].expect("booking:placed").data["booking_id"] == own
    assert len(sockets[2].heard("booking:placed")) == 1
    assert sockets[2].heard("booking:status") == sockets[2].heard("booking:moved") == []
    assert sockets[0].heard("booking:placed")[1:] == []
