"""What may be done in chat, and by whom unless a profile says otherwise.

What a person may do within one conversation is their role there, not a permission.
"""

from __future__ import annotations

from typing import Final

from kernel import Permission, Role

USE: Final = "chat:use"
CREATE_GROUP: Final = "chat:create_group"
CREATE_CHANNEL: Final = "chat:create_channel"
VERIFY: Final = "chat:verify"
MODERATE: Final = "chat:moderate"

PERMISSIONS = (
    Permission(USE, "Converse: open direct conversations, write, react", roles=("user",)),
    Permission(CREATE_GROUP, "Open groups", roles=("user",)),
    Permission(CREATE_CHANNEL, "Open broadcast channels", roles=("user",)),
    Permission(VERIFY, "Give and take the verified badge of channels", roles=("chat_moderator",)),
    Permission(MODERATE, "Delete any message and close any group or channel", roles=("chat_moderator",)),
    Role("chat_moderator", "Looks after chat."),
)
