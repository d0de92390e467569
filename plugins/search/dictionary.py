"""The dictionary: words that are known in a scope, and what a misspelt one may mean.

Documents are learned by a schedule and not in the transaction that changes
them: words like "chair" would be rows that all publishers wait for. What is
typed correctly is found at once; only corrections lag by some seconds.

Who may know a word stands in `search_word`, by scope. What a misspelling may mean is
looked for in `search_vocabulary`, which holds each word once: so it costs as much in a
thousand scopes as in ten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

import orjson

from kernel import Database, uuid7
from plugins.search.words import (
    LONGEST,
    SHORTEST,
    deletions,
    distance,
    folded,
    is_correctable,
    stored_deletions,
    tolerance,
    words,
)

BATCH: Final = 500
_CANDIDATES: Final = 200

_TAKE = """
SELECT id, scope, title || ' ' || keywords FROM search_document WHERE NOT learned
ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
# Sorted: two learners that meet in the same words wait for each other in one order.
_LEARN = """
INSERT INTO search_word (id, created_at, updated_at, scope, word, documents)
SELECT d.id, %(now)s, %(now)s, d.scope, d.word, d.documents
FROM jsonb_to_recordset(%(words)s::jsonb) AS d(id uuid, scope text, word text, documents integer)
ORDER BY d.scope, d.word
ON CONFLICT (scope, word) DO UPDATE
SET documents = search_word.documents + excluded.documents, updated_at = excluded.updated_at
RETURNING xmax = 0
"""
_KEEP = """
INSERT INTO search_vocabulary AS v (word, deletions, documents)
SELECT d.word, d.deletions, d.documents
FROM jsonb_to_recordset(%s::jsonb) AS d(word text, deletions text[], documents bigint) ORDER BY d.word
ON CONFLICT (word) DO UPDATE SET documents = v.documents + excluded.documents
"""
_LEARNED = "UPDATE search_document SET learned = true WHERE id = ANY(%s)"
# The words are letters only (`_learnable`), so quoting makes each one lexeme.
_FORGET = """
DELETE FROM search_word AS w WHERE NOT EXISTS (
    SELECT FROM search_document AS d
    WHERE ARRAY[d.scope] && ARRAY[w.scope] AND d.vector @@ quote_literal(w.word)::tsquery)
"""
_UNUSED = """
DELETE FROM search_vocabulary AS v WHERE NOT EXISTS (SELECT FROM search_word AS w WHERE w.word = v.word)
"""
_RECOUNT = """
UPDATE search_vocabulary AS v SET documents = w.documents
FROM (SELECT word, sum(documents)::bigint AS documents FROM search_word GROUP BY word) AS w
WHERE w.word = v.word AND w.documents <> v.documents
"""
_MISSING = """
SELECT word, sum(documents)::bigint FROM search_word AS w
WHERE NOT EXISTS (SELECT FROM search_vocabulary AS v WHERE v.word = w.word) GROUP BY word
"""
_KNOWN = "SELECT word FROM search_vocabulary WHERE word = ANY(%(words)s)"
_KNOWN_THERE = "SELECT DISTINCT word FROM search_word WHERE scope = ANY(%(scopes)s) AND word = ANY(%(words)s)"
_NEAR = """
SELECT word, documents FROM search_vocabulary WHERE deletions && %(deletions)s
ORDER BY documents DESC, word LIMIT %(limit)s
"""
_NEAR_THERE = """
SELECT v.word, w.documents FROM search_vocabulary AS v CROSS JOIN LATERAL (
    SELECT sum(w.documents)::bigint AS documents FROM search_word AS w
    WHERE w.scope = ANY(%(scopes)s) AND w.word = v.word) AS w
WHERE v.deletions && %(deletions)s AND w.documents IS NOT NULL
ORDER BY w.documents DESC, v.word LIMIT %(limit)s
"""


class Learned(NamedTuple):
    """What a batch taught: how many documents were read, and whether a word was new."""

    documents: int
    new: bool


class Dictionary:
    """Learns the words of documents and corrects misspelt ones."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def learn(self) -> Learned:
        """Learn the words of a batch of documents."""
        with self._db.atomic():
            rows = self._db.rows(_TAKE, (BATCH,))
            if not rows:
                return Learned(0, new=False)
            counts = Counter((scope, word) for _, scope, text in rows for word in _learnable(text))
            known = [
                {"id": uuid7(), "scope": scope, "word": word, "documents": n}
                for (scope, word), n in counts.items()
            ]
            values = {"now": self._db.clock.now(), "words": orjson.dumps(known).decode()}
            new = any(inserted for (inserted,) in self._db.rows(_LEARN, values))
            everywhere = Counter[str]()
            for (_, word), n in counts.items():
                everywhere[word] += n
            self._keep(everywhere)
            self._db.execute_sql(_LEARNED, ([row[0] for row in rows],))
        return Learned(len(rows), new=new)

    def _keep(self, counts: Mapping[str, int]) -> None:
        """Add words to the vocabulary, or to what it counts of them."""
        known = [
            {"word": word, "deletions": stored_deletions(word), "documents": n} for word, n in counts.items()
        ]
        self._db.execute_sql(_KEEP, (orjson.dumps(known).decode(),))

    def forget(self) -> None:
        """Drop the words that no document holds any more; count the vocabulary anew."""
        for statement in (_FORGET, _UNUSED, _RECOUNT):
            self._db.execute_sql(statement)
        with self._db.atomic():
            missing = dict(self._db.rows(_MISSING))
            if missing:
                self._keep(missing)

    def corrected(self, text: str, scopes: Collection[str] | None) -> str | None:
        """Return the text with unknown words replaced by the nearest known ones; None when there are none.

        Only words of `scopes` count (None: of all), so a correction tells nobody
        what is written where they may not read. The last word may be the
        beginning of a known one.
        """
        typed = [word for word in words(text) if is_correctable(word)]
        if not typed:
            return None
        values = {"words": typed, "scopes": sorted(scopes or ())}
        known = self._db.rows(_KNOWN if scopes is None else _KNOWN_THERE, values)
        unknown = set(typed) - {word for (word,) in known}
        replaced = {word: near for word in unknown if (near := self._nearest(word, scopes))}
        return _replaced(text, replaced) if replaced else None

    def _nearest(self, word: str, scopes: Collection[str] | None) -> str | None:
        most = tolerance(word)
        values = {"deletions": list(deletions(word, most)), "scopes": sorted(scopes or ())}
        rows = self._db.rows(_NEAR if scopes is None else _NEAR_THERE, {**values, "limit": _CANDIDATES})
        near = [(distance(word, known, most), -n, known) for known, n in rows]
        best = min((each for each in near if each[0] <= most), default=None)
        return best[2] if best else None


def _learnable(text: str) -> Iterable[str]:
    """Return the different words of a text that corrections may lead to."""
    return {word for word in words(folded(text)) if SHORTEST <= len(word) <= LONGEST and word.isalpha()}


def _replaced(text: str, by: dict[str, str]) -> str:
    """Return a folded text with some of its words replaced, and all else as it was."""
    parts, at = [], 0
    for word in words(text):
        start = text.index(word, at)
        parts += [text[at:start], by.get(word, word)]
        at = start + len(word)
    return "".join([*parts, text[at:]])
