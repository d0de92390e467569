"""The dictionary: words that are known in a scope, and what a misspelt one may mean.

Documents are learned by a schedule and not in the transaction that changes
them: words like "chair" would be rows that all publishers wait for. What is
typed correctly is found at once; only corrections lag by some seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

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
INSERT INTO search_word (id, created_at, updated_at, scope, word, deletions, documents)
SELECT d.id, %(now)s, %(now)s, d.scope, d.word, d.deletions, d.documents
FROM jsonb_to_recordset(%(words)s::jsonb)
    AS d(id uuid, scope text, word text, deletions text[], documents integer)
ORDER BY d.scope, d.word
ON CONFLICT (scope, word) DO UPDATE
SET documents = search_word.documents + excluded.documents, updated_at = excluded.updated_at
RETURNING xmax = 0
"""
_LEARNED = "UPDATE search_document SET learned = true WHERE id = ANY(%s)"
# The words are letters only (`_learnable`), so quoting makes each one lexeme.
_FORGET = """
DELETE FROM search_word AS w WHERE NOT EXISTS (
    SELECT FROM search_document AS d WHERE d.scope = w.scope AND d.vector @@ quote_literal(w.word)::tsquery)
"""
_KNOWN = "SELECT DISTINCT word FROM search_word WHERE word = ANY(%(words)s) AND {visible}"
_NEAR = """
SELECT word, sum(documents)::bigint FROM search_word WHERE deletions && %(deletions)s AND {visible}
GROUP BY word ORDER BY 2 DESC, 1 LIMIT %(limit)s
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
                {
                    "id": uuid7(),
                    "scope": scope,
                    "word": word,
                    "deletions": stored_deletions(word),
                    "documents": n,
                }
                for (scope, word), n in counts.items()
            ]
            values = {"now": self._db.clock.now(), "words": orjson.dumps(known).decode()}
            new = any(inserted for (inserted,) in self._db.rows(_LEARN, values))
            self._db.execute_sql(_LEARNED, ([row[0] for row in rows],))
        return Learned(len(rows), new=new)

    def forget(self) -> None:
        """Drop the words that no document holds any more."""
        self._db.execute_sql(_FORGET)

    def corrected(self, text: str, scopes: Collection[str] | None) -> str | None:
        """Return the text with unknown words replaced by the nearest known ones; None when there are none.

        Only words of `scopes` count (None: of all), so a correction tells nobody
        what is written where they may not read. The last word may be the
        beginning of a known one.
        """
        typed = [word for word in words(text) if is_correctable(word)]
        if not typed:
            return None
        unknown = set(typed) - {word for (word,) in self._rows(_KNOWN, scopes, words=typed)}
        replaced = {word: near for word in unknown if (near := self._nearest(word, scopes))}
        return _replaced(text, replaced) if replaced else None

    def _nearest(self, word: str, scopes: Collection[str] | None) -> str | None:
        most = tolerance(word)
        rows = self._rows(_NEAR, scopes, deletions=list(deletions(word, most)), limit=_CANDIDATES)
        near = [(distance(word, known, most), -n, known) for known, n in rows]
        best = min((each for each in near if each[0] <= most), default=None)
        return best[2] if best else None

    def _rows(self, sql: str, scopes: Collection[str] | None, **values: Any) -> list[tuple[Any, ...]]:
        visible = "true" if scopes is None else "scope = ANY(%(scopes)s)"
        return self._db.rows(sql.format(visible=visible), {**values, "scopes": sorted(scopes or ())})


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
