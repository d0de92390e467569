"""Search in messages: only what the reader may read now, the latest first.

Full text on `chat_message.words`, not through the search plugin: who may find a
message depends on each reader's membership, clearing and hiding, which an index
of documents by audience cannot follow. The vector holds the conversation's id as a
word of its own, so the index meets a common word only within the reader's
conversations. Words are matched as they are (no language's stemming), by
PostgreSQL's web search syntax: `garden party`, `"garden party"`, `garden or lawn`, `-rain`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final
from uuid import UUID

from peewee import SQL

from kernel import Page, Principal, app, paginate
from plugins.chat.models import Message
from plugins.chat.queries.history import shown
from plugins.chat.queries.reading import readable_by
from plugins.chat.services.rows import person, require_member

NARROWED: Final = 300
"""Conversations whose ids are looked up with the words; who is in more is filtered after."""

LATEST: Final = 500
"""Messages with hashtags that are counted, the latest: each conversation's are in an index."""

FROM, TO = "\ue000", "\ue001"
"""Marks around what was found, until the rest is escaped: of the private use area, and taken out of texts."""

_DANGLING: Final = re.compile(r"[-\s]+(?=\s|$)|(?<=\S)-+(?=\S)")
_NEGATION: Final = re.compile(r"(?<!\S)-+")
_WITHIN: Final = """
SELECT conversation_id FROM chat_member WHERE user_id = %s LIMIT %s
"""
_HEADLINES: Final = """
SELECT id,
    ts_headline('simple', translate(text, %(marks)s, ''), websearch_to_tsquery('simple', %(q)s), %(options)s)
FROM chat_message WHERE id = ANY(%(ids)s::uuid[])
"""
_OPTIONS: Final = f'StartSel="{FROM}", StopSel="{TO}", MaxWords=30, MinWords=12, MaxFragments=2'
_TAGS: Final = """
SELECT tag, count(*) AS n FROM (
    SELECT unnest(m.hashtags) AS tag
    FROM chat_member mine CROSS JOIN LATERAL (
        SELECT each.hashtags, each.created_at FROM chat_message each
        WHERE each.conversation_id = mine.conversation_id AND each.hashtags <> '{}'
            AND each.seq > mine.cleared_seq AND each.deleted_at IS NULL
            AND (each.expires_at IS NULL OR each.expires_at > %(now)s)
            AND NOT EXISTS (SELECT 1 FROM chat_hidden h WHERE h.user_id = mine.user_id
                AND h.conversation_id = each.conversation_id AND h.seq = each.seq)
        ORDER BY each.created_at DESC LIMIT %(latest)s
    ) m
    WHERE mine.user_id = %(user)s
        AND (%(conversation)s::uuid IS NULL OR mine.conversation_id = %(conversation)s)
    ORDER BY m.created_at DESC LIMIT %(latest)s
) said WHERE starts_with(tag, %(prefix)s) GROUP BY tag ORDER BY n DESC, tag LIMIT %(limit)s
"""


def search(viewer: Principal, asked: Mapping[str, Any]) -> Page[dict[str, Any]]:
    """Return a page of the messages that fit all that is asked: `message` and `highlight`.

    `q`, `conversation_id`, `sender_id`, `type`, `hashtag`, `since`, `until`. At most
    seven statements. Raises NotFound for a conversation one is not in.
    """
    user_id = person(viewer)
    if "conversation_id" in asked:
        require_member(asked["conversation_id"], user_id)
    query = readable_by(user_id).where(*_conditions(user_id, asked))
    # PERF: within a conversation its numbers tell the order, and an index holds them.
    moment = Message.seq if "conversation_id" in asked else Message.created_at
    order = (moment.desc(), Message.id.desc())
    found = paginate(query, order, cursor=asked["cursor"], limit=asked["limit"])
    marked = _highlights([row.id for row in found.items], _plain(asked.get("q", "")))
    items = [
        {"message": message, "highlight": marked.get(UUID(str(message["id"])), "")}
        for message in shown(found.items, user_id)
    ]
    return Page(items, found.next)


def _conditions(user_id: UUID, asked: Mapping[str, Any]) -> list[Any]:
    same = {
        "conversation_id": Message.conversation_id,
        "sender_id": Message.sender_id,
        "type": Message.type,
    }
    conditions: list[Any] = [column == asked[name] for name, column in same.items() if name in asked]
    if asked.get("q"):
        conditions.append(_words(user_id, {**asked, "q": _plain(asked["q"])}))
    if "hashtag" in asked:
        conditions.append(Message.hashtags.contains(asked["hashtag"].lstrip("#").casefold()))
    if "since" in asked:
        conditions.append(Message.created_at >= asked["since"])
    if "until" in asked:
        conditions.append(Message.created_at < asked["until"])
    return conditions


def _plain(q: str) -> str:
    """Return a query without the signs that negate nothing: PostgreSQL gives up on 32 in a row."""
    return _NEGATION.sub(" -", _DANGLING.sub(" ", q))


def _words(user_id: UUID, asked: Mapping[str, Any]) -> Any:
    """Return the condition on the words, within the conversations' own words where they are few."""
    asked_for = "websearch_to_tsquery('simple', %s)"
    if "conversation_id" in asked:
        within = [asked["conversation_id"]]
    else:
        within = [each for (each,) in app.db.rows(_WITHIN, (user_id, NARROWED + 1))]
    if not 0 < len(within) <= NARROWED:
        return SQL(f"t1.words @@ {asked_for}", (asked["q"],))
    places = " | ".join(f"'in:{each}'" for each in within)
    # A query of nothing but what must not be there stays one: && would turn it into "everything here".
    return SQL(
        f"numnode({asked_for}) > 0 AND t1.words @@ ({asked_for} && %s::tsquery)",
        (asked["q"], asked["q"], places),
    )


def _highlights(ids: Sequence[UUID], q: str) -> dict[UUID, str]:
    """Return the beginning of each text around what was found, as HTML with `<mark>`."""
    if not (ids and q):
        return {}
    given = {"marks": FROM + TO, "q": q, "options": _OPTIONS, "ids": list(ids)}
    return {
        UUID(str(each)): escape(text).replace(FROM, "<mark>").replace(TO, "</mark>")
        for each, text in app.db.rows(_HEADLINES, given)
    }


def hashtags(viewer: Principal, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the hashtags of the latest messages one may read, the most used first. One statement."""
    user_id = person(viewer)
    given = {
        "user": user_id,
        "now": app.clock.now(),
        "conversation": asked.get("conversation_id"),
        "prefix": asked.get("prefix", "").lstrip("#").casefold(),
        "limit": asked["limit"],
        "latest": LATEST,
    }
    return [{"hashtag": tag, "messages": count} for tag, count in app.db.rows(_TAGS, given)]
