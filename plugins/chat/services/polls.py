"""Polls: who marked what, counted where it stands.

How many marks an answer has is kept in the message's payload (`votes`, in the
order of the answers, and `voters`), as reactions are kept at the message. Each
vote is written under the lock of the conversation, so the counts are exact. Who
voted is told to nobody when the poll is anonymous: not by the event, nor by a list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kernel import NotFound, Page, Principal, app, invalid
from plugins.accounts import api as accounts
from plugins.chat.models import Conversation, Message, Vote
from plugins.chat.problems import MessageIsDeleted, PollIsClosed, VotesAreSecret
from plugins.chat.services import announcing, reach, sending
from plugins.chat.services.rows import Held, hold_by_message, person, require_member, visible

_TALLY: Final = """
SELECT array_agg(votes ORDER BY position),
    (SELECT count(DISTINCT user_id) FROM chat_vote WHERE message_id = %(id)s)
FROM (
    SELECT o.position, count(v.user_id) AS votes
    FROM generate_series(0, %(options)s - 1) AS o (position)
    LEFT JOIN chat_vote v ON v.message_id = %(id)s AND v.position = o.position
    GROUP BY o.position
) counted
"""


def vote(caller: Principal, message_id: UUID, positions: Collection[int]) -> dict[str, Any]:
    """Mark these answers, in place of those marked before; none takes the vote back. Return the poll.

    The same again changes nothing. Raises NotFound, Invalid, PollIsClosed, MessageIsDeleted.
    """
    user_id = person(caller)
    with app.db.atomic():
        held, message = _hold(message_id, user_id)
        _require_open(held, message)
        wanted = _checked(message.payload, positions)
        marked = _marked(message.id, user_id)
        if wanted != marked:
            _mark(message.id, user_id, wanted - marked, marked - wanted)
            message = _count(held.conversation, message, _change(message.payload, wanted, marked))
            announcing.tell_person(
                user_id,
                "poll:voted",
                {"conversation_id": held.id, "message_id": message.id, "options": sorted(wanted)},
            )
        return {**message.payload, "my_votes": sorted(wanted)}


def close(caller: Principal, message_id: UUID) -> dict[str, Any]:
    """End a poll before its time: its author, or a moderator of the conversation. Again changes nothing."""
    user_id = person(caller)
    with app.db.atomic():
        held, message = _hold(message_id, user_id)
        held.require_open()
        if message.deleted_at is not None:
            raise MessageIsDeleted
        if message.sender_id != user_id:
            held.require_kind("group", "channel")
            held.require("moderator")
        if not is_over(message.payload):
            closed = {**message.payload, "closed_at": app.clock.now().isoformat()}
            message = _count(held.conversation, message, closed)
        return {**message.payload, "my_votes": sorted(_marked(message.id, user_id))}


def is_over(poll: Mapping[str, Any]) -> bool:
    """Say whether a poll takes no more votes: closed, or past its time."""
    until = poll["closes_at"]
    return poll["closed_at"] is not None or (
        until is not None and datetime.fromisoformat(until) <= app.clock.now()
    )


def voters(caller: Principal, message_id: UUID, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of who marked what, by person; raise VotesAreSecret of an anonymous poll.

    The votes of those who have blocked the reader, or whom the reader blocked, are shown too:
    they are part of the conversation, like their messages. At most five statements.
    """
    user_id = person(caller)
    place = Message.select(Message.conversation_id).where(Message.id == message_id).scalar()
    if place is None:
        raise NotFound
    message = _poll(visible(message_id, require_member(place, user_id)))
    if message.payload["anonymous"]:
        raise VotesAreSecret
    after = UUID(asked["cursor"]) if asked["cursor"] else UUID(int=0)
    found = app.db.rows(
        "SELECT user_id, array_agg(position ORDER BY position) FROM chat_vote"
        " WHERE message_id = %s AND user_id > %s GROUP BY user_id ORDER BY user_id LIMIT %s",
        (message_id, after, asked["limit"] + 1),
    )
    rows = [(UUID(str(each)), options) for each, options in found[: asked["limit"]]]
    cards = accounts.user_cards([each for each, _ in rows], user_id)
    more = len(found) > asked["limit"]
    items = [{"user": asdict(cards[each]), "options": options} for each, options in rows if each in cards]
    return Page(items, str(rows[-1][0]) if more else None)


def mine(user_id: UUID, message_ids: Collection[UUID]) -> dict[UUID, list[int]]:
    """Return what somebody marked in each of some polls, in one statement."""
    if not message_ids:
        return {}
    found = app.db.rows(
        "SELECT message_id, array_agg(position ORDER BY position) FROM chat_vote"
        " WHERE user_id = %s AND message_id = ANY(%s::uuid[]) GROUP BY message_id",
        (user_id, list(message_ids)),
    )
    return {UUID(str(each)): options for each, options in found}


def withdraw(conversation: Conversation, user_id: UUID) -> None:
    """Take all a person's votes out of the polls of a locked conversation: they are erased."""
    there = Message.select(Message.id).where(Message.conversation_id == conversation.id)
    theirs = (Vote.user_id == user_id) & Vote.message_id.in_(there)
    touched = {row.message_id for row in Vote.select(Vote.message_id).where(theirs)}
    Vote.delete().where(theirs).execute()
    shown = Message.select().where(Message.id.in_(touched), Message.deleted_at.is_null())
    for message in shown.order_by(Message.seq):
        _count(conversation, message, counted(message.id, message.payload))


def counted(message_id: UUID, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a poll's payload with the votes there are now."""
    [(votes, people)] = app.db.rows(_TALLY, {"id": message_id, "options": len(payload["options"])})
    return {**payload, "votes": votes, "voters": people}


def _hold(message_id: UUID, user_id: UUID) -> tuple[Held, Message]:
    held, message = hold_by_message(message_id, user_id)
    return held, _poll(message)


def _poll(message: Message) -> Message:
    if message.type != "poll":
        raise NotFound("That message is no poll.")
    if message.deleted_at is not None:
        raise MessageIsDeleted
    return message


def _require_open(held: Held, message: Message) -> None:
    held.require_open()
    if is_over(message.payload):
        raise PollIsClosed
    if held.conversation.kind == "direct":
        reach.require_reachable(held.member.user_id, sending.others(held))


def _checked(poll: Mapping[str, Any], positions: Collection[int]) -> set[int]:
    wanted = set(positions)
    if any(not 0 <= each < len(poll["options"]) for each in wanted):
        raise invalid("/options", f"Name answers by their places, 0 to {len(poll['options']) - 1}.")
    if len(wanted) > 1 and not poll["multiple"]:
        raise invalid("/options", "This poll takes one answer.")
    return wanted


def _marked(message_id: UUID, user_id: UUID) -> set[int]:
    rows = Vote.select(Vote.position).where(Vote.message_id == message_id, Vote.user_id == user_id)
    return {row.position for row in rows}


def _mark(message_id: UUID, user_id: UUID, added: Collection[int], taken: Collection[int]) -> None:
    own = (Vote.message_id == message_id) & (Vote.user_id == user_id)
    if taken:
        Vote.delete().where(own, Vote.position.in_(taken)).execute()
    now = app.clock.now()
    rows = [
        {"message_id": message_id, "user_id": user_id, "position": each, "voted_at": now}
        for each in sorted(added)
    ]
    if rows:
        Vote.insert_many(rows).execute()


def _change(poll: Mapping[str, Any], wanted: set[int], marked: set[int]) -> dict[str, Any]:
    """Return the poll with one person's marks counted anew."""
    votes = [count + (place in wanted) - (place in marked) for place, count in enumerate(poll["votes"])]
    return {**poll, "votes": votes, "voters": poll["voters"] + bool(wanted) - bool(marked)}


def _count(conversation: Conversation, message: Message, poll: Mapping[str, Any]) -> Message:
    """Write a poll of a locked conversation and tell everybody how it stands, and nothing of who."""
    Message.update(payload=dict(poll), updated_at=message.updated_at).where(
        Message.id == message.id
    ).execute()
    message.payload = dict(poll)
    told = {name: poll[name] for name in ("votes", "voters", "closed_at")}
    announcing.tell(
        conversation.id,
        "poll:updated",
        {"message_id": message.id, **told},
        expires_at=message.expires_at,
    )
    return message
