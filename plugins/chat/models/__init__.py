"""The tables of chat."""

from __future__ import annotations

from typing import Final

from plugins.chat.models.conversations import Ban, Conversation, Invite, Member, Pin
from plugins.chat.models.messages import (
    DOUBTFUL,
    EXPIRING,
    FORWARDED,
    TAGGED,
    Hidden,
    Message,
    Reaction,
    Revision,
    Saved,
    Scheduled,
    Vote,
    Withheld,
)
from plugins.chat.models.personal import AutoReplied, AutoReply, Backup, Restored

MODELS: Final = (
    Conversation,
    Member,
    Message,
    Revision,
    Reaction,
    Hidden,
    Pin,
    Invite,
    Ban,
    Vote,
    Scheduled,
    Saved,
    AutoReply,
    AutoReplied,
    Backup,
    Restored,
    Withheld,
)

__all__ = [
    "DOUBTFUL",
    "EXPIRING",
    "FORWARDED",
    "MODELS",
    "TAGGED",
    "AutoReplied",
    "AutoReply",
    "Backup",
    "Ban",
    "Conversation",
    "Hidden",
    "Invite",
    "Member",
    "Message",
    "Pin",
    "Reaction",
    "Restored",
    "Revision",
    "Saved",
    "Scheduled",
    "Vote",
    "Withheld",
]
