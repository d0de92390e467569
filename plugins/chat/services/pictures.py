"""The picture of a group or channel: one public medium of who set it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel import invalid
from plugins.media import api as media

OWNER_TYPE: Final = "chat.conversation"


def hold(conversation_id: UUID, setter: UUID, before: UUID | None, after: UUID | None) -> None:
    """Attach the new picture and let go of the old; raise Invalid for what is not one of the setter's."""
    if before == after:
        return
    if after is not None:
        [card] = media.require_ready([after], setter, pointer="/avatar_id")
        if card.type != "image" or card.visibility != "public":
            raise invalid("/avatar_id", "Choose a public picture: everybody who sees the title sees it.")
        media.attach([after], OWNER_TYPE, conversation_id)
    if before is not None:
        media.detach(OWNER_TYPE, conversation_id, [before])
