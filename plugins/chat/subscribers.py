"""Reactions to what happens."""

from __future__ import annotations

from kernel import Delivery, Subscriber, app
from plugins.accounts.api import ProfileUpdated
from plugins.chat.events import MessageSent
from plugins.chat.notices import tell_absent
from plugins.chat.services import announcing, away, receipts


def regroup(delivery: Delivery) -> None:
    """Look anew with whom somebody shares receipts after their privacy changed: on both sides."""
    if "privacy" in delivery.event.fields:
        user_id = delivery.event.user_id
        there = app.realtime.online({user_id, *receipts.peers(user_id)})
        announcing.regroup(sorted(there), "privacy")


SUBSCRIBERS = (
    Subscriber(MessageSent, away.answer, name="chat.answer_for_absent"),
    Subscriber(MessageSent, tell_absent, name="chat.tell_absent"),
    Subscriber(ProfileUpdated, regroup, name="chat.follow_privacy"),
)
