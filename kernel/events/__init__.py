"""Domain events: typed classes, transactional outbox, ordered delivery."""

from kernel.events.bus import Bus
from kernel.events.event_type import EventType, event, event_type, wire_type
from kernel.events.settings import EventsSettings
from kernel.events.subscriber import Delivery, Subscriber

__all__ = [
    "Bus",
    "Delivery",
    "EventType",
    "EventsSettings",
    "Subscriber",
    "event",
    "event_type",
    "wire_type",
]
