"""Reactions to events."""

from __future__ import annotations

from kernel import Delivery, Subscriber, app
from stoa_loyalty import notices, services
from stoa_loyalty.events import PointsEarned
from stoa_loyalty.settings import LoyaltySettings


def welcome(delivery: Delivery) -> None:
    """Give whoever registered something to begin with."""
    points = app.settings.of(LoyaltySettings).welcome_points
    if points:
        services.earn(delivery.event.user_id, points, "Welcome")


def tell(delivery: Delivery) -> None:
    """Tell whoever earned points."""
    told: PointsEarned = delivery.event
    notices.tell_of_points(told.owner_id, told.points, told.balance, told.reason, key=str(delivery.id))


SUBSCRIBERS = (
    Subscriber("accounts.user.registered.v1", welcome, name="loyalty.welcome", optional=True),
    Subscriber(PointsEarned, tell, name="loyalty.tell"),
)
