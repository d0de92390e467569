"""The messages reviews send, and the types under which people know them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from plugins.notifications.api import NotificationType, send
from plugins.reviews.models import Review

TYPES: Final = (
    NotificationType("reviews.received", "Somebody reviewed you"),
    NotificationType("reviews.answered", "Your review was answered"),
)


def received(review: Review) -> None:
    """Tell a person of a review of them."""
    _send("received", review.subject_id, review)


def answered(review: Review) -> None:
    """Tell a reviewer of the answer."""
    _send("answered", review.reviewer_id, review)


def _send(name: str, user_id: UUID, review: Review) -> None:
    data = {"title": review.title, "rating": review.rating, "url": f"/v1/reviews/{review.id}"}
    send(f"reviews.{name}", user_id, data, key=str(review.id), scope=review.scope or None)
