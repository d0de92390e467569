"""What must hold of conversations: in the database, and as each client was told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tests.faults.market.invariants.evidence import Evidence
from tests.faults.market.record import Record, Told


def messages(evidence: Evidence) -> Iterator[str]:
    """Every message is stored once, numbered without gaps, and came once, in order, to every client."""
    stored: dict[str, list[Told]] = defaultdict(list)
    sql = "SELECT conversation_id::text, seq, id::text FROM chat_message ORDER BY 1, 2"
    for conversation, seq, message in evidence.rows(sql):
        stored[conversation].append((seq, message))
    for conversation, kept in stored.items():
        if [seq for seq, _ in kept] != list(range(1, len(kept) + 1)):
            yield f"conversation {conversation} is numbered {[seq for seq, _ in kept]}"
    for conversation, sent in evidence.record.sent.items():
        lost = sent - {message for _, message in stored[conversation]}
        if lost:
            yield f"conversation {conversation} lost {len(lost)} acknowledged messages: {sorted(lost)[:3]}"
    members = evidence.rows("SELECT user_id::text, conversation_id::text FROM chat_member")
    listening = set(evidence.record.people.values()) & {person for person, _ in evidence.record.heard}
    for person, conversation in members:
        if person in listening:
            yield from _heard(evidence.record, person, conversation, stored[conversation])


def _heard(record: Record, person: str, conversation: str, kept: list[Told]) -> Iterator[str]:
    """Compare what one client was told with what is stored; what was before it came is not looked for."""
    told = record.heard.get((person, conversation), [])
    wanted = kept[len(kept) - len(told) :]
    unsaid = record.sent.get(conversation, set()) - {message for _, message in told}
    if told != wanted or unsaid:
        odd = next((pair for pair in zip(told, wanted, strict=False) if pair[0] != pair[1]), None)
        yield (
            f"{person} was told {len(told)} of {len(kept)} messages of {conversation}; "
            f"{len(unsaid)} that were acknowledged are missing; the first difference: {odd}"
        )


def unread(evidence: Evidence) -> Iterator[str]:
    """What people are shown as unread is what others wrote after the message they have read."""
    sql = """
    SELECT w.user_id::text, w.conversation_id::text,
        count(m.id) FILTER (WHERE m.counted AND m.deleted_at IS NULL AND m.sender_id <> w.user_id)
    FROM chat_member w LEFT JOIN chat_message m
        ON m.conversation_id = w.conversation_id AND m.seq > greatest(w.read_seq, w.cleared_seq) GROUP BY 1, 2
    """
    counted = {(person, conversation): count for person, conversation, count in evidence.rows(sql)}
    for (person, conversation), shown in evidence.record.unread.items():
        if counted.get((person, conversation)) != shown:
            found = counted.get((person, conversation))
            yield f"{person} is shown {shown} unread in {conversation}, there are {found}"
