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

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from peewee import SQL, Expression, fn

from kernel import ALL, Application, Database, FieldError, Invalid, paginate, uuid7
from plugins.search import candidates
from plugins.search.dictionary import Dictionary
from plugins.search.models import SearchDocument as Doc
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


class _Order(NamedTuple):
    """The keys of a sort, and the columns they need in the page's rows."""

    keys: tuple[Any, ...]
    columns: tuple[Any, ...] = ()


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
        mark, cursor = _opened(query.cursor)
        if mark == "c":
            return self._corrected(query, text, cursor) or SearchHits(())
        page = self._page(query, text, cursor)
        if not page.hits and cursor is None and text:
            return self._corrected(query, text, None) or page
        return page

    def _corrected(self, query: SearchQuery, text: str, cursor: str | None) -> SearchHits | None:
        better = self.dictionary.corrected(text, _readable(query)) if self._tolerant else None
        if better is None:
            return None
        page = self._page(query, better, cursor)
        following = f"c{page.next[1:]}" if page.next else None
        return SearchHits(page.hits, following, page.total, better)

    def _page(self, query: SearchQuery, text: str, cursor: str | None) -> SearchHits:
        matched = self._matched(text) if text else None
        if not query.audience or (text and not words(text)):
            return SearchHits((), total=0 if query.total else None)
        order = _order(query, matched)
        found = Doc.select(Doc.id, Doc.kind, Doc.subject_id, *order.columns)
        found = found.where(*self._wanted(query, matched)).namedtuples()
        page = paginate(found, order.keys, cursor=cursor, limit=query.limit, binding=text)
        hits = tuple(Hit(row.kind, row.subject_id, getattr(row, "score", 0.0)) for row in page.items)
        total = self._total(query, matched) if query.total else None
        return SearchHits(hits, f"e{page.next}" if page.next else None, total)

    def _wanted(self, query: SearchQuery, matched: Any) -> list[Any]:
        """Return the conditions of a page's documents; for a sort that is no rank one statement is asked."""
        conditions = list(_conditions(query))
        if matched is None:
            return conditions
        if query.sort == "relevance":
            return [candidates.ranked(conditions, matched)]
        if candidates.is_common(self._db, conditions, matched):
            return [*conditions, candidates.matches(Doc.vector, matched)]
        return [candidates.indexed(conditions, matched)]

    def _total(self, query: SearchQuery, matched: Any) -> int:
        """Return how many documents match, ranked or not."""
        found = Doc.select().where(*_conditions(query))
        if matched is not None:
            found = found.where(candidates.matches(Doc.vector, matched))
        return int(found.count())

    def _matched(self, text: str) -> Any:
        """Return the tsquery of a folded text."""
        language = SQL("%s::regconfig", (self._language,))
        whole = fn.websearch_to_tsquery(language, text)
        before, last = _split(text)
        if not last:
            return whole
        beginning: Any = fn.to_tsquery(SQL("'simple'"), f"{last}:*")
        if before:
            beginning = Expression(fn.websearch_to_tsquery(language, before), "&&", beginning)
        return Expression(whole, "||", beginning)

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
        tsquery = " & ".join([*(f"{word}:A" for word in typed[:-1]), f"{typed[-1]}:*A"])
        matched = fn.to_tsquery(SQL("'simple'"), tsquery)
        considered = (
            Doc.select(Doc.title, Doc.popularity, Doc.boost)
            .where(candidates.ranked(list(_conditions(SearchQuery(audience=audience))), matched))
            .alias("considered")
        )
        weight = fn.MAX((considered.c.popularity + 1) * considered.c.boost)
        ranked = Doc.select(considered.c.title).from_(considered).group_by(considered.c.title)
        rows: Any = ranked.order_by(weight.desc(), fn.LENGTH(considered.c.title), considered.c.title).limit(
            limit
        )
        return tuple(title for (title,) in rows.tuples())


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


def _opened(cursor: str | None) -> tuple[str, str | None]:
    """Return whether a cursor continues an exact (`e`) or a corrected (`c`) search, and the rest of it."""
    if cursor is None:
        return "e", None
    if cursor[:1] not in {"e", "c"} or not cursor[1:]:
        raise Invalid(
            errors=[FieldError("is not a cursor of this search; start without one", parameter="cursor")]
        )
    return cursor[0], cursor[1:]


def _split(text: str) -> tuple[str, str]:
    """Return what stands before the last word, and that word when it is plain: not quoted, not negated."""
    found = words(text)
    if not found or text.count('"') % 2:
        return text, ""
    before, last = text[: text.rindex(found[-1])], found[-1]
    if text[len(before) + len(last) :].strip() or before.endswith("-") or last == "or":
        return text, ""
    return before.strip(), last


def _order(query: SearchQuery, matched: Any) -> _Order:
    newest = (Doc.published_at.desc(), Doc.id.desc())
    if query.sort == "newest" or (query.sort == "relevance" and matched is None):
        return _Order(newest, (Doc.published_at,))
    if query.sort == "popular":
        return _Order((Doc.popularity.desc(), Doc.id.desc()), (Doc.popularity,))
    if query.sort == "relevance":
        rank = fn.ts_rank_cd(SQL("'{0.1,0.2,0.4,1.0}'::real[]"), Doc.vector, matched, 32)
        score = (rank.cast("double precision") * Doc.boost).alias("score")
        return _Order((score.desc(), Doc.id.desc()), (score,))
    amount = fn.COALESCE(Doc.amount, 0).alias("price")  # never NULL: a price sort is within a currency
    if query.sort == "price_asc":
        return _Order((amount.asc(), Doc.id.asc()), (amount,))
    return _Order((amount.desc(), Doc.id.desc()), (amount,))


def _conditions(query: SearchQuery) -> Iterable[Any]:
    yield _audible(query.audience, query.scope)
    if query.owner_id is not None:
        yield Doc.owner_id == query.owner_id
    if query.hidden_owners:
        yield Doc.owner_id.is_null() | Doc.owner_id.not_in(list(query.hidden_owners))
    for group in query.tags:
        yield Expression(Doc.tags, "&&", SQL("%s::text[]", (list(group),)))
    if query.currency is not None:
        yield Doc.currency == query.currency
    bounds = (
        (query.min_amount, Doc.amount.__ge__),
        (query.max_amount, Doc.amount.__le__),
        (query.published_after, Doc.published_at.__ge__),
        (query.published_before, Doc.published_at.__lt__),
    )
    yield from (compare(value) for value, compare in bounds if value is not None)


def _audible(audience: Mapping[str, Scopes], scope: str | None) -> Any:
    """Return the condition of being of a kind, and in a scope, that the caller may see."""
    seen = [_seen(kind, scopes, scope) for kind, scopes in audience.items()]
    condition = seen[0]
    for each in seen[1:]:
        condition |= each
    return condition


def _seen(kind: str, scopes: Scopes, scope: str | None) -> Any:
    of_kind = Doc.kind == kind
    if scope is not None:
        return of_kind & (Doc.scope == scope) if not scope or scope in scopes else SQL("FALSE")
    if scopes is ALL:
        return of_kind
    return of_kind & Doc.scope.in_(["", *sorted(scopes)])


def _readable(query: SearchQuery) -> list[str] | None:
    """Return the scopes whose words a correction may show; None for all.

    Words are not known by kind: where one kind is limited to some scopes, all are.
    """
    limited = [scopes for scopes in query.audience.values() if isinstance(scopes, frozenset)]
    if not limited:
        return None if query.scope is None else [query.scope]
    readable = {"", *(scope for scopes in limited for scope in scopes)}
    return sorted(readable if query.scope is None else readable & {query.scope})
