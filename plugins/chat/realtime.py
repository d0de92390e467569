"""The namespace `/chat`: its rooms, and who may be in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final
from uuid import UUID

from kernel import Namespace, Principal, RoomFamily, app
from plugins.chat.inbound import INBOUND
from plugins.chat.outbound import OUTBOUND
from plugins.chat.permissions import USE
from plugins.chat.services import announcing, receipts
from plugins.chat.settings import ChatSettings

_LIVE: Final = """
SELECT c.id FROM chat_member m JOIN chat_conversation c ON c.id = m.conversation_id
WHERE m.user_id = %s ORDER BY c.last_activity_at DESC LIMIT %s
"""
_IN: Final = """
SELECT conversation_id FROM chat_member WHERE user_id = %s AND conversation_id = ANY(%s::uuid[])
"""


def conversations(principal: Principal, keys: Sequence[str]) -> Collection[str]:
    """Return those of the conversations that the caller is in."""
    return [str(each) for (each,) in app.db.rows(_IN, (principal.id, list(keys)))]


def latest(principal: Principal) -> Iterable[str]:
    """Return the caller's conversations of late, `[chat] live_rooms` of them."""
    most = app.settings.of(ChatSettings).live_rooms
    return [str(each) for (each,) in app.db.rows(_LIVE, (principal.id, most))]


def shared(principal: Principal, keys: Sequence[str]) -> Collection[str]:
    """Return those of the conversations in which the caller sees others' receipts: who shares their own."""
    if principal.id is None:
        return []
    return [str(each) for each in receipts.shared_among(principal.id, keys)]


def latest_shared(principal: Principal) -> Iterable[str]:
    """Return the caller's conversations of late in which receipts are shared."""
    return shared(principal, list(latest(principal)))


def oneself(principal: Principal, keys: Sequence[str]) -> Collection[str]:
    """Return the caller's own id, if it was asked for."""
    return [key for key in keys if key == str(principal.id)]


def own(principal: Principal) -> Iterable[str]:
    """Return the caller's own id."""
    return [str(principal.id)] if principal.id else []


CHAT: Final = Namespace(
    path=announcing.NAMESPACE,
    summary="Conversations as they happen",
    permission=USE,
    rooms=(
        RoomFamily(
            name="conversation",
            summary="Everybody in a conversation",
            authorise=conversations,
            key=UUID,
            automatic=latest,
        ),
        RoomFamily(
            name="receipts",
            summary="Those in a conversation who show each other what they read",
            authorise=shared,
            key=UUID,
            automatic=latest_shared,
        ),
        RoomFamily(name="user", summary="One person's devices", authorise=oneself, key=UUID, automatic=own),
    ),
    inbound=INBOUND,
    outbound=OUTBOUND,
)
