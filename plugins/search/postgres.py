"""Search on core PostgreSQL: `tsvector`, GIN, and a dictionary for typos.

A text is matched as `websearch_to_tsquery` reads it, in the forms of the
configured language; the last word, when it stands plain, also as the beginning
of one. Hits are ranked by cover density (`ts_rank_cd`, after Clarke, Cormack &
Tudhope, *Relevance ranking for one to three term queries*, 2000), divided by
itself + 1, times the document's boost.

When nothing is found, unknown words are replaced by the nearest known ones and
the search is repeated once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from kernel import Application, Database, uuid7
from plugins.search import candidates, sql
from plugins.search.dictionary import Dictionary
from plugins.search.keyset import Position
from plugins.search.port import CORRECTIONS, Document, Hit, Scopes, SearchHits, SearchQuery, Suggestions
from plugins.search.settings import SearchSettings
from plugins.search.words import folded, searchable, words

LONGEST_BODY: Final = 50_000  # a tsvector takes 1 MiB
LONGEST_TEXT: Final = 200

_INDEX = """
INSERT INTO search_document AS s (id, created_at, updated_at, kind, subject_id, owner_id, scope, title,
    keywords, tags, vector, amount, currency, published_at, popularity, boost, learned)
SELECT d.id, %(now)s, %(now)s, d.kind, d.subject_id, d.owner_id, d.scope, d.title, d.keywords, d.tags,
    setweight(to_tsvector('simple', d.title_folded), 'A')
        || setweight(to_tsvector(%(language)s, d.title_folded), 'A')
        || setweight(to_tsvector('simple', d.keywords_folded), 'B')
        || setweight(to_tsvector(%(language)s, d.keywords_folded), 'B')
        || setweight(to_tsvector('simple', d.body_folded), 'D')
        || setweight(to_tsvector(%(language)s, d.body_folded), 'C'),
    d.amount, d.currency, d.published_at, d.popularity, d.boost, false
FROM jsonb_to_recordset(%(documents)s::jsonb) AS d(id uuid, kind text, subject_id uuid, owner_id uuid,
    scope text, title text, keywords text, tags text[], title_folded text, keywords_folded text,
    body_folded text, amount bigint, currency text, published_at timestamptz, popularity bigint,
    boost double precision)
ORDER BY d.kind, d.subject_id
ON CONFLICT (kind, subject_id) DO UPDATE SET updated_at = excluded.updated_at, owner_id = excluded.owner_id,
    scope = excluded.scope, title = excluded.title, keywords = excluded.keywords, tags = excluded.tags,
    vector = excluded.vector, amount = excluded.amount, currency = excluded.currency,
    published_at = excluded.published_at, popularity = excluded.popularity, boost = excluded.boost,
    learned = s.learned AND (s.title, s.keywords, s.scope)
        = (excluded.title, excluded.keywords, excluded.scope)
"""
_REMOVE = "DELETE FROM search_document WHERE kind = %s AND subject_id = ANY(%s)"
_PRUNE = "DELETE FROM search_document WHERE kind = %s AND updated_at < %s"
_RATE = """
UPDATE search_document AS s SET popularity = r.popularity
FROM (SELECT unnest(%s::uuid[]) AS id, unnest(%s::bigint[]) AS popularity ORDER BY 1) AS r
WHERE s.kind = %s AND s.subject_id = r.id
"""


class PostgresSearch:
    """The built-in search engine."""

    def __init__(self, db: Database, settings: SearchSettings, drop: Callable[[str], None]) -> None:
        """Make it; `drop` drops the answers in the cache that have a tag."""
        self._db = db
        self._drop = drop
        self._language = settings.language
        self._tolerant = settings.typo_tolerance
        self.dictionary = Dictionary(db)

    def check(self) -> None:
        """Raise ValueError unless the database knows the configured language."""
        if not self._db.rows("SELECT 1 FROM pg_ts_config WHERE cfgname = %s", (self._language,)):
            known = ", ".join(
                name for (name,) in self._db.rows("SELECT cfgname FROM pg_ts_config ORDER BY 1")
            )
            raise ValueError(f"[search] language = {self._language!r} is none of {known}")

    # -- writing -------------------------------------------------------------

    def index(self, documents: Sequence[Document]) -> None:
        """Write documents, in one statement for any number."""
        if documents:
            rows = orjson.dumps([_row(each) for each in documents]).decode()
            values = {"now": self._db.clock.now(), "language": self._language, "documents": rows}
            self._db.execute_sql(_INDEX, values)

    def remove(self, kind: str, ids: Sequence[UUID]) -> None:
        """Delete documents."""
        if ids:
            self._db.execute_sql(_REMOVE, (kind, list(ids)))

    def rate(self, kind: str, popularity: Mapping[UUID, int]) -> None:
        """Set the popularity of documents, in one statement."""
        if popularity:
            self._db.execute_sql(_RATE, (list(popularity), list(popularity.values()), kind))

    def settle(self) -> None:
        """Learn the words of all documents that are new or changed; drop answers that knew fewer."""
        new = False
        while (learned := self.dictionary.learn()).documents:
            new |= learned.new
        if new:
            self._drop(CORRECTIONS)

    def prune(self, kind: str, before: datetime) -> int:
        """Delete documents last indexed before a moment; return how many."""
        return int(self._db.execute_sql(_PRUNE, (kind, before)).rowcount)

    # -- reading -------------------------------------------------------------

    def find(self, query: SearchQuery) -> SearchHits:
        """Return a page of hits: one statement, two for a text in another order; more when it is misspelt."""
        text = searchable(folded(query.text[:LONGEST_TEXT]))
        position = Position.of(query.cursor) if query.cursor is not None else None
        if position is not None and position.corrected:
            return self._corrected(query, text, position) or SearchHits(())
        page = self._page(query, text, position)
        if not page.hits and position is None and text:
            return self._corrected(query, text, None) or page
        return page

    def _corrected(self, query: SearchQuery, text: str, position: Position | None) -> SearchHits | None:
        better = self.dictionary.corrected(text, _readable(query)) if self._tolerant else None
        return self._page(query, better, position, corrected=True) if better is not None else None

    def _page(
        self, query: SearchQuery, text: str, position: Position | None, *, corrected: bool = False
    ) -> SearchHits:
        if not query.audience or (text and not words(text)):
            return SearchHits((), total=0 if query.total else None)
        shape, values = sql.shaped(query)
        matching, matched = self._matched(text)
        values |= matched | candidates.bounds() | {"limit": query.limit + 1}
        sort = query.sort if text or query.sort != "relevance" else "newest"
        way = self._way(shape, sort, matching, values)
        if position is not None:
            values |= position.values(sort, text)
        rows = self._db.rows(sql.page(shape, sort, way, matching, position is not None), values)
        following = None
        if len(rows) > query.limit:
            rows.pop()
            following = str(Position.after(rows[-1][3], rows[-1][0], sort, text, corrected=corrected))
        hits = tuple(Hit(row[1], row[2], row[3] if sort == "relevance" else 0.0) for row in rows)
        total = int(self._db.rows(sql.total(shape, matching), values)[0][0]) if query.total else None
        return SearchHits(hits, following, total, text if corrected else None)

    def _way(self, shape: sql.Shape, sort: str, matching: str, values: dict[str, Any]) -> str:
        """Return how the documents of a text are found; for a sort that is no rank one statement is asked."""
        if not matching:
            return ""
        if sort == "relevance":
            return "ranked"
        return "walked" if self._db.rows(sql.commonness(shape, matching), values)[0][0] else "indexed"

    def _matched(self, text: str) -> tuple[str, dict[str, str]]:
        """Return what a folded text is matched as, by its name in `sql.MATCHED`, and the values of that."""
        if not text:
            return "", {}
        values = {"language": self._language, "text": text}
        before, last = _split(text)
        if not last:
            return "whole", values
        values["beginning"] = f"{last}:*"
        return ("several", {**values, "before": before}) if before else ("last", values)

    def suggest(self, text: str, audience: Mapping[str, Scopes], limit: int) -> Suggestions:
        """Return titles, at most `limit`; a correction only when there are none."""
        asked = folded(text[:LONGEST_TEXT]).strip()
        titles = self._titles(asked, audience, limit)
        if titles or not self._tolerant:
            return Suggestions(titles)
        better = self.dictionary.corrected(asked, _readable(SearchQuery(audience=audience)))
        return Suggestions(self._titles(better, audience, limit), better) if better else Suggestions(())

    def _titles(self, text: str, audience: Mapping[str, Scopes], limit: int) -> tuple[str, ...]:
        typed = words(text)
        if not typed or not audience:
            return ()
        shape, values = sql.shaped(SearchQuery(audience=audience))
        values["beginning"] = " & ".join([*(f"{word}:A" for word in typed[:-1]), f"{typed[-1]}:*A"])
        # PERF: the index tells no titles from bodies; as many of the latest as are shown spare asking it
        values |= candidates.bounds() | {"limit": limit, "enough": limit}
        rows = self._db.rows(sql.titles(shape), values)
        return tuple(title for (title,) in rows)


def postgres_search(app: Application) -> PostgresSearch:
    """Return the built-in engine of an application."""
    return PostgresSearch(app.db, app.settings.of(SearchSettings), app.cache.invalidate_tag)


def _row(document: Document) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "kind": document.kind,
        "subject_id": document.id,
        "owner_id": document.owner_id,
        "scope": document.scope,
        "title": document.title,
        "keywords": document.keywords,
        "tags": list(document.tags),
        "title_folded": folded(document.title),
        "keywords_folded": folded(document.keywords),
        "body_folded": folded(document.body[:LONGEST_BODY]),
        "amount": document.amount,
        "currency": document.currency,
        "published_at": document.published_at,
        "popularity": document.popularity,
        "boost": document.boost,
    }


def _split(text: str) -> tuple[str, str]:
    """Return what stands before the last word, and that word when it is plain: not quoted, not negated."""
    found = words(text)
    if not found or text.count('"') % 2:
        return text, ""
    before, last = text[: text.rindex(found[-1])], found[-1]
    if text[len(before) + len(last) :].strip() or before.endswith("-") or last == "or":
        return text, ""
    return before.strip(), last


def _readable(query: SearchQuery) -> list[str] | None:
    """Return the scopes whose words a correction may show; None for all.

    Words are not known by kind: where one kind is limited to some scopes, all are.
    """
    limited = [scopes for scopes in query.audience.values() if isinstance(scopes, frozenset)]
    if not limited:
        return None if query.scope is None else [query.scope]
    readable = {"", *(scope for scopes in limited for scope in scopes)}
    return sorted(readable if query.scope is None else readable & {query.scope})
