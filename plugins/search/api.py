"""What other plugins may use of search.

    search.index([Document(kind="listing", id=listing.id, title=listing.title, …)])
    hits = search.find(SearchQuery(text="oak chair", audience={"listing": principal.scopes_for(…)}))

Write in the transaction that changes the thing: then whoever knows of the
change finds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from kernel import app
from plugins.search.kinds import Card, SearchKind
from plugins.search.port import (
    CORRECTIONS,
    Document,
    Hit,
    Scopes,
    SearchBackend,
    SearchHits,
    SearchQuery,
    Sort,
    Suggestions,
)
from plugins.search.settings import SearchSettings

__all__ = [
    "CORRECTIONS",
    "Card",
    "Document",
    "Hit",
    "Scopes",
    "SearchBackend",
    "SearchHits",
    "SearchKind",
    "SearchQuery",
    "Sort",
    "Suggestions",
    "backend",
    "find",
    "index",
    "rate",
    "remove",
    "settle",
    "suggest",
]


def backend() -> SearchBackend:
    """Return the engine the profile chose."""
    # The port is a Protocol, which is how a port is named here.
    engine: SearchBackend = app.service(SearchBackend, app.settings.of(SearchSettings).backend)  # type: ignore[type-abstract]
    return engine


def index(documents: Sequence[Document]) -> None:
    """Make things findable, or replace what is known of them; joins the caller's transaction.

    One statement for any number.
    """
    backend().index(documents)


def remove(kind: str, ids: Sequence[UUID]) -> None:
    """Make things unfindable; joins the caller's transaction. One statement."""
    backend().remove(kind, ids)


def rate(kind: str, popularity: Mapping[UUID, int]) -> None:
    """Set how popular things are, for the sort `popular` and for suggestions. One statement."""
    backend().rate(kind, popularity)


def settle() -> None:
    """Let what was indexed count for corrections at once: after an import, outside a transaction."""
    backend().settle()


def find(query: SearchQuery) -> SearchHits:
    """Return a page of hits; raise Invalid naming `cursor` when it belongs to another query."""
    return backend().find(query)


def suggest(text: str, audience: Mapping[str, Scopes], limit: int = 8) -> Suggestions:
    """Return titles that go on as `text` begins, and what was probably meant when there are none."""
    return backend().suggest(text, audience, limit)
