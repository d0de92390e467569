"""Reactions to what happens to media."""

from __future__ import annotations

from kernel import Delivery, Subscriber
from plugins.media.api import MediaDeleted, MediaFailed
from plugins.reviews.services import withholding


def drop_medium(delivery: Delivery) -> None:
    """Take a medium that is gone, or of no use, out of reviews."""
    withholding.drop_medium(delivery.event.media_id)


SUBSCRIBERS = (
    Subscriber(MediaFailed, drop_medium, name="reviews.drop_failed_medium"),
    Subscriber(MediaDeleted, drop_medium, name="reviews.drop_deleted_medium"),
)
