"""Send a message: once for one id, however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from kernel import Principal, app, uuid7
from plugins.chat.models import Member, Message
from plugins.chat.problems import NotReachable
from plugins.chat.services import content, reach, threads, writing
from plugins.chat.services.content import Content
from plugins.chat.services.rows import Held, hold, members_among, person
from plugins.chat.services.writing import Origin


def send(caller: Principal, conversation_id: UUID, given: Mapping[str, Any]) -> tuple[Message, bool]:
    """Store a message and tell everybody; return it, and whether this call did that.

    `given` is a validated body: `type`, `text`, `payload`, `media_ids`, `mentions`,
    `reply_to_id`, `thread_id`, `ttl`, `id`. A resend returns the message as it is now.
    Raises NotFound, Invalid, MessageIdTaken, NotAllowedHere, NotReachable, MediaGone.
    """
    sender = person(caller)
    digest = writing.digest(conversation_id, sender, given)
    origin = Origin(id=given.get("id") or uuid7(), sender_id=sender, ttl=given.get("ttl"), digest=digest)
    with app.db.atomic():
        held = hold(conversation_id, sender)
        if (known := writing.resent(origin)) is not None:
            return known, False
        return put(held, origin, content.checked(sender, given), given), True


def put(held: Held, origin: Origin, said: Content, hangs_on: Mapping[str, Any]) -> Message:
    """Write what a member says into the conversation held, if they may; see `send` for what it raises."""
    require_may_post(held)
    reply_to_id, thread_id = threads.roots(held, hangs_on.get("reply_to_id"), hangs_on.get("thread_id"))
    mentioned = members_among(held.id, said.mentions)
    return writing.write(
        held.conversation,
        replace(origin, reply_to_id=reply_to_id, thread_id=thread_id),
        replace(said, mentions=mentioned),
    )


def require_may_post(held: Held) -> None:
    """Raise a problem unless the member may write here: open, their role, nobody blocked."""
    held.require_open()
    held.require(held.conversation.post_role)
    if held.conversation.kind == "direct":
        company = others(held)
        if not company:
            raise NotReachable("The other person is no more here.")
        reach.require_reachable(held.member.user_id, company)


def others(held: Held) -> list[UUID]:
    """Return who else is in a conversation; for direct ones."""
    found = Member.select(Member.user_id).where(
        Member.conversation_id == held.id, Member.user_id != held.member.user_id
    )
    return [row.user_id for row in found]
