"""What can go wrong with a booking, as problem types of the API."""

from __future__ import annotations

from kernel import Conflict


class SlotTaken(Conflict):
    """Somebody else has this time: ask the availability again and choose another."""

    type, title = "slot-taken", "This time is taken"


class SlotNotOffered(Conflict):
    """The service is not offered at this time: choose one that the availability lists."""

    type, title = "slot-not-offered", "This time is not offered"


class CancellationWindow(Conflict):
    """It is too late for the customer to cancel or move it (`until` tells until when it was possible)."""

    type, title = "cancellation-window", "It is too late to change this"


class BookingUnpaid(Conflict):
    """The time is booked by its payment, which is not there yet; `payment_url` says where it is made."""

    type, title = "booking-unpaid", "This booking is not paid yet"


class TooManyHolds(Conflict):
    """The customer holds as many times as allowed (`[bookings] max_holds`): book or release one first."""

    type, title = "too-many-holds", "You hold too many times"


class FeedExists(Conflict):
    """There is a feed of this already: have a new secret made for it."""

    type, title = "feed-exists", "This calendar has an address already"


class ResourceExists(Conflict):
    """The service can be booked already: change its resource instead."""

    type, title = "resource-exists", "This can be booked already"
