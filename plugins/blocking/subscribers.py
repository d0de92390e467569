"""Reactions to what happens to people."""

from __future__ import annotations

from typing import Final

from kernel import Delivery, Subscriber
from plugins.accounts.api import UserDeleted
from plugins.blocking import services


def forget_deleted(delivery: Delivery) -> None:
    """Delete what was blocked while the account was being deleted."""
    services.forget(delivery.event.user_id)


SUBSCRIBERS: Final = (Subscriber(UserDeleted, forget_deleted, name="blocking.forget_deleted"),)
