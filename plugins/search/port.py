"""The port of a search engine, and what goes through it.

PostgreSQL is built in (`plugins.search.postgres`). Another engine is a class
with these methods, declared as `kernel.Service(SearchBackend, factory,
name="opensearch")` and chosen by `[search] backend`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol
from uuid import UUID

from kernel.auth.principals import Everywhere

Scopes = Everywhere | frozenset[str]
"""In which scopes a caller sees a kind, beside what belongs to no scope."""

CORRECTIONS: Final = "search.corrections"
"""Tag of kept answers that hold hits; an engine drops it when a misspelling is understood anew."""

Sort = Literal["relevance", "newest", "price_asc", "price_desc", "popular"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A thing that can be found.

    `title` weighs most, then `keywords`, then `body`. `tags` are exact filters,
    `<name>:<value>`. `amount` (minor units) and `currency` are for price filters
    and sorts; `boost` multiplies the relevance, 1.0 is neutral. An empty `scope`
    means everybody.
    """

    kind: str
    id: UUID
    title: str
    keywords: str = ""
    body: str = ""
    owner_id: UUID | None = None
    scope: str = ""
    tags: Sequence[str] = ()
    amount: int | None = None
    currency: str | None = None
    published_at: datetime
    popularity: int = 0
    boost: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What is asked for.

    `text` takes words, `"a phrase"`, `or` and `-without`; the last word may be the
    beginning of one; empty text finds everything that passes the filters.
    `audience` maps each kind to look for to where its scoped things may be seen;
    kinds that are missing are not searched. `scope` narrows to one scope (empty:
    to what belongs to none). Each group of `tags` must be met by one of its
    members. A price filter or sort takes a `currency`.
    """

    text: str = ""
    audience: Mapping[str, Scopes] = field(default_factory=dict)
    scope: str | None = None
    owner_id: UUID | None = None
    hidden_owners: Sequence[UUID] = ()
    tags: Sequence[Sequence[str]] = ()
    currency: str | None = None
    min_amount: int | None = None
    max_amount: int | None = None
    published_after: datetime | None = None
    published_before: datetime | None = None
    sort: Sort = "relevance"
    cursor: str | None = None
    limit: int = 20
    total: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing found; `score` grows with relevance and is 0.0 under any other sort."""

    kind: str
    id: UUID
    score: float


@dataclass(frozen=True, slots=True)
class SearchHits:
    """A page of hits; `corrected` is the text that was searched for instead of a misspelt one."""

    hits: tuple[Hit, ...]
    next: str | None = None
    total: int | None = None
    corrected: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Titles to complete a beginning with, and the text that was probably meant."""

    titles: tuple[str, ...]
    corrected: str | None = None


class SearchBackend(Protocol):
    """A search engine."""

    def index(self, documents: Sequence[Document]) -> None:
        """Make documents findable, or replace them.

        Called in the transaction that changes the things. An engine elsewhere
        enqueues a task here, which commits with them, and does no I/O itself.
        """
        ...

    def remove(self, kind: str, ids: Sequence[UUID]) -> None:
        """Forget documents; called like `index`."""
        ...

    def rate(self, kind: str, popularity: Mapping[UUID, int]) -> None:
        """Set how popular documents are, without indexing them anew; called like `index`."""
        ...

    def find(self, query: SearchQuery) -> SearchHits:
        """Return a page of hits; raise Invalid naming `cursor` when it belongs to another query."""
        ...

    def suggest(self, text: str, audience: Mapping[str, Scopes], limit: int) -> Suggestions:
        """Return titles with the words of `text`, the last as a beginning, the most popular first."""
        ...

    def settle(self) -> None:
        """Do now what the engine would do some seconds after `index`: the end of an import."""
        ...

    def prune(self, kind: str, before: datetime) -> int:
        """Forget documents last indexed before a moment; return how many: the end of a reindexing."""
        ...
