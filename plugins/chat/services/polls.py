"""Polls: what a message of that type asks, and who marked what."""

from __future__ import annotations

from plugins.chat.models import Message


def begin(message: Message) -> None:
    """Open the poll of a message just written; nothing for other types."""
    del message
