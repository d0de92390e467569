"""How far people have come: delivered and read, as watermarks that only grow.

Ten thousand messages read are one UPDATE of one row. Receipts are mutual: who
does not share theirs neither sends nor sees others' (accounts' privacy
`read_receipts`). In a channel nobody sees them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from kernel import Principal, app
from plugins.accounts import api as accounts
from plugins.chat.services import announcing
from plugins.chat.services.rows import person, require_member

# A watermark rests on a message that exists: reading ahead of the last one is reading all.
# The condition on the old mark is looked at again after a wait for the row: marks never fall.
_READ: Final = """
UPDATE chat_member m
SET read_seq = s.seq, read_ordinal = s.ordinal, delivered_seq = greatest(m.delivered_seq, s.seq)
FROM chat_message s
WHERE m.conversation_id = %(conversation)s AND m.user_id = %(user)s AND m.read_seq < s.seq
    AND s.conversation_id = m.conversation_id
    AND s.seq = (SELECT least(%(seq)s, last_seq) FROM chat_conversation WHERE id = %(conversation)s)
RETURNING m.read_seq, m.read_ordinal, m.delivered_seq
"""
_DELIVERED: Final = """
UPDATE chat_member m SET delivered_seq = c.seq
FROM (SELECT least(%(seq)s, last_seq) AS seq FROM chat_conversation WHERE id = %(conversation)s) c
WHERE m.conversation_id = %(conversation)s AND m.user_id = %(user)s AND m.delivered_seq < c.seq
RETURNING m.delivered_seq
"""


def sharers(kind: str, user_ids: Collection[UUID]) -> set[UUID]:
    """Return those whose receipts are shown to the others, and who see the others'.

    Two people share with each other as their privacy has it; among more, those
    share who share with everybody. In a channel nobody does.
    """
    ids = set(user_ids)
    if kind == "channel":
        return set()
    if kind != "direct" or len(ids) != 2:  # noqa: PLR2004 - a pair
        return accounts.allowed("read_receipts", ids, None)
    one, other = ids
    return ids if accounts.mutual("read_receipts", [(one, other)]) else set()


def read(caller: Principal, conversation_id: UUID, seq: int) -> dict[str, int]:
    """Mark everything up to `seq` as read; return where one is now. Raises NotFound.

    An older mark changes nothing, and tells nobody.
    """
    user_id = person(caller)
    given = {"conversation": conversation_id, "user": user_id, "seq": seq}
    with app.db.atomic():
        for read_seq, read_ordinal, delivered_seq in app.db.rows(_READ, given):
            marks = {"conversation_id": conversation_id, "read_seq": read_seq, "read_ordinal": read_ordinal}
            announcing.tell_person(user_id, "conversation:read", marks)
            _tell(conversation_id, user_id, delivered_seq, read_seq)
        return _marks(conversation_id, user_id)


def delivered(caller: Principal, conversation_id: UUID, seq: int) -> dict[str, int]:
    """Mark everything up to `seq` as arrived at one of the person's devices; return where one is now."""
    user_id = person(caller)
    given = {"conversation": conversation_id, "user": user_id, "seq": seq}
    with app.db.atomic():
        for (delivered_seq,) in app.db.rows(_DELIVERED, given):
            _tell(conversation_id, user_id, delivered_seq, None)
        return _marks(conversation_id, user_id)


def _marks(conversation_id: UUID, user_id: UUID) -> dict[str, int]:
    member = require_member(conversation_id, user_id)
    return {"read_seq": member.read_seq, "delivered_seq": member.delivered_seq}


def _tell(conversation_id: UUID, user_id: UUID, delivered_seq: int, read_seq: int | None) -> None:
    """Tell the others, where receipts are told at all."""
    kind, others = _company(conversation_id)
    if kind == "channel":
        return
    shared = user_id in sharers(kind, others or [user_id])
    data = {"user_id": user_id, "delivered_seq": delivered_seq, "read_seq": read_seq}
    if shared:
        announcing.tell_readers(conversation_id, "receipt", data)


def _company(conversation_id: UUID) -> tuple[str, list[UUID]]:
    """Return a conversation's kind, and of a direct one both people. One statement."""
    [(kind, people)] = app.db.rows(
        """
        SELECT c.kind, CASE WHEN c.kind = 'direct' THEN
            (SELECT array_agg(user_id) FROM chat_member WHERE conversation_id = c.id) END
        FROM chat_conversation c WHERE c.id = %s
        """,
        (conversation_id,),
    )
    return kind, [UUID(str(each)) for each in people or ()]


_PEERS: Final = """
SELECT o.user_id FROM chat_member m
JOIN chat_conversation c ON c.id = m.conversation_id AND c.kind = 'direct'
JOIN chat_member o ON o.conversation_id = c.id AND o.user_id <> m.user_id
WHERE m.user_id = %s
"""


def peers(user_id: UUID) -> set[UUID]:
    """Return the people somebody converses with directly. One statement."""
    return {UUID(str(other)) for (other,) in app.db.rows(_PEERS, (user_id,))}


_SHARING: Final = """
SELECT m.conversation_id, c.kind, o.user_id
FROM chat_member m JOIN chat_conversation c ON c.id = m.conversation_id
LEFT JOIN chat_member o ON c.kind = 'direct' AND o.conversation_id = c.id AND o.user_id <> m.user_id
WHERE m.user_id = %s AND m.conversation_id = ANY(%s::uuid[]) AND c.kind <> 'channel'
"""


def shared_among(user_id: UUID, conversation_ids: Collection[Any]) -> list[UUID]:
    """Return those of the conversations where somebody shares receipts, and so sees others'."""
    found = app.db.rows(_SHARING, (user_id, list(conversation_ids)))
    pairs = [(user_id, UUID(str(other))) for _, kind, other in found if kind == "direct" and other]
    mutual = {other for _, other in accounts.mutual("read_receipts", pairs)} if pairs else set()
    openly = bool(accounts.allowed("read_receipts", [user_id], None))
    return [
        UUID(str(each))
        for each, kind, other in found
        if (UUID(str(other)) in mutual if kind == "direct" and other else openly)
    ]
