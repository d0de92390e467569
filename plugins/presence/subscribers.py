"""Reactions to what decides who sees whom: inline, so that they count from that commit on."""

from __future__ import annotations

from typing import Final

from kernel import Delivery, Subscriber
from plugins.accounts.api import ProfileUpdated, StatusChanged, UserDeleted
from plugins.presence import services
from plugins.presence.announcing import RULES, announce


def follow_privacy(delivery: Delivery) -> None:
    """Look again at a person whose privacy settings changed."""
    if "privacy" in delivery.event.fields:
        announce(RULES, [delivery.event.user_id])


def follow_standing(delivery: Delivery) -> None:
    """Look again at a person who hid or restored the account, or was banned."""
    announce(RULES, [delivery.event.user_id])


def follow_block(delivery: Delivery) -> None:
    """Look again at two people one of whom blocked the other, or took that back."""
    announce(RULES, [delivery.event.blocker_id, delivery.event.blocked_id])


def forget_deleted(delivery: Delivery) -> None:
    """Forget what a device told while its account was being deleted."""
    services.erase(delivery.event.user_id)


_BLOCKED, _UNBLOCKED = "blocking.user.blocked.v1", "blocking.user.unblocked.v1"

SUBSCRIBERS: Final = (
    Subscriber(ProfileUpdated, follow_privacy, name="presence.follow_privacy", inline=True),
    Subscriber(StatusChanged, follow_standing, name="presence.follow_standing", inline=True),
    Subscriber(_BLOCKED, follow_block, name="presence.follow_block", inline=True, optional=True),
    Subscriber(_UNBLOCKED, follow_block, name="presence.follow_unblock", inline=True, optional=True),
    Subscriber(UserDeleted, forget_deleted, name="presence.forget_deleted"),
)
