"""Many things in one transaction: each by itself, or all or nothing.

Everything concerned is locked first, in a fixed order, so two calls over the same
conversations wait for each other and cannot deadlock. What fails takes only
itself back (a savepoint), or, asked for all, everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from kernel import FieldError, Principal, Problem, app
from plugins.chat.models import Conversation, Member, Message
from plugins.chat.problems import NothingDone
from plugins.chat.services import changing, receipts
from plugins.chat.services.rows import person

Step = tuple[str, Callable[[], Any]]
"""A JSON Pointer to what is asked for, and what does it."""


def delete(
    caller: Principal, message_ids: Sequence[UUID], scope: str, *, whole: bool
) -> list[dict[str, Any]]:
    """Delete messages for `all` or for `me`; return what became of each, in their order.

    With `whole` NothingDone is raised unless all can be deleted.
    """
    ids = list(dict.fromkeys(message_ids))
    with app.db.atomic():
        places = places_of(ids)
        lock_all(places.values())
        _lock_marks(person(caller), places.values())
        steps = [
            (f"/message_ids/{at}", lambda each=each: changing.delete(caller, each, scope))
            for at, each in enumerate(ids)
        ]
        return [
            {"message_id": each, **outcome}
            for each, outcome in zip(ids, attempt(steps, whole=whole), strict=True)
        ]


def read(caller: Principal, marks: Sequence[tuple[UUID, int]], *, whole: bool) -> list[dict[str, Any]]:
    """Mark several conversations as read, each up to a number; return what became of each."""
    with app.db.atomic():
        _lock_marks(person(caller), [each for each, _ in marks])
        steps = [
            (f"/items/{at}", lambda each=each, seq=seq: receipts.read(caller, each, seq))
            for at, (each, seq) in enumerate(marks)
        ]
        return [
            {"conversation_id": each, **outcome}
            for (each, _), outcome in zip(marks, attempt(steps, whole=whole), strict=True)
        ]


def places_of(message_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the conversation of each message there is, in one statement."""
    rows = Message.select(Message.id, Message.conversation_id).where(Message.id.in_(set(message_ids)))
    return {row.id: row.conversation_id for row in rows}


def lock_all(conversation_ids: Collection[UUID]) -> None:
    """Lock conversations until the transaction ends, in the order of their ids."""
    wanted = Conversation.id.in_(set(conversation_ids))
    list(Conversation.select(Conversation.id).where(wanted).order_by(Conversation.id).for_update())


def _lock_marks(user_id: UUID, conversation_ids: Collection[UUID]) -> None:
    """Lock somebody's watermarks before any of their streams, as a single reading does."""
    mine = (Member.user_id == user_id) & Member.conversation_id.in_(set(conversation_ids))
    list(Member.select(Member.user_id).where(mine).order_by(Member.conversation_id).for_update())


def attempt(steps: Sequence[Step], *, whole: bool) -> list[dict[str, Any]]:
    """Take steps inside a transaction; return `ok`, `value` and `error` of each.

    With `whole`, raise NothingDone naming the steps that failed, if one did: the
    caller's transaction then takes all back.
    """
    outcomes, faults = [], []
    for pointer, step in steps:
        try:
            with app.db.savepoint():
                outcomes.append({"ok": True, "value": step(), "error": None})
        except Problem as ex:
            if ex.status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # of no one item: a lost connection
                raise
            outcomes.append({"ok": False, "value": None, "error": _shown(ex)})
            faults.append(FieldError(ex.detail or ex.title, pointer=pointer))
    if whole and faults:
        raise NothingDone(errors=faults)
    return outcomes


def _shown(ex: Problem) -> dict[str, Any]:
    """Return a problem as its own answer would name it (RFC 9457)."""
    return {
        "type": f"/problems/{ex.type}", "title": ex.title, "status": ex.status, "detail": ex.detail
    }  # fmt: skip
