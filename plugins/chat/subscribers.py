"""Reactions to what happens."""

from __future__ import annotations

from kernel import Delivery, Subscriber, app
from plugins.accounts.api import ProfileUpdated
from plugins.chat.events import MessageSent
from plugins.chat.notices import tell_absent
from plugins.chat.services import away


def regroup(delivery: Delivery) -> None:
    """Look anew with whom somebody shares receipts, after their privacy may have changed."""
    app.realtime.refresh(delivery.event.user_id, "privacy")


SUBSCRIBERS = (
    Subscriber(MessageSent, away.answer, name="chat.answer_for_absent"),
    Subscriber(MessageSent, tell_absent, name="chat.tell_absent"),
    Subscriber(ProfileUpdated, regroup, name="chat.follow_privacy"),
)
