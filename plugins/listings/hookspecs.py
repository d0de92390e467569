"""Extension points of listings: implement with `@hookimpl(optionalhook=True)`.

To refuse a publication, subscribe to `listings.listing.published.v1` with
`inline=True` and raise a problem.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from kernel import hookspec


@hookspec
def listings_hidden_sellers(viewer: UUID) -> Collection[UUID]:
    """Return the sellers whose listings `viewer` is not to see: those who block each other.

    Called for each request of a signed-in person that shows listings, also where a
    kept page answers it, for pages are kept for all from whom the same is hidden:
    answer from memory, or with one query.
    """
    raise AssertionError("a specification is never called")


@hookspec
def listings_closed_scopes(scopes: Collection[str]) -> Collection[str]:
    """Return those of `scopes` whose market is closed: what is offered there is shown to nobody else.

    Called for each request that shows listings of a scope and is not answered
    from the cache: answer from memory or with one query. Kept pages are dropped by
    the events of `buildings`; another plugin's changes show when `[listings]
    list_cache` is over. Sellers and moderators still see the listings. To refuse
    a publication, see above.
    """
    raise AssertionError("a specification is never called")


@hookspec
def listings_boosts(seller_ids: Collection[UUID]) -> Mapping[UUID, float]:
    """Return by how much the relevance of a seller's listings in the search is multiplied; left out: 1.

    Called whenever listings are written to the search, in that transaction: one query for
    any number. Of several answers for a seller the highest counts. When yours changes, call
    `plugins.listings.api.reindex`.
    """
    raise AssertionError("a specification is never called")


@hookspec
def listings_demo_sellers() -> Mapping[str, Sequence[UUID]]:
    """Return who offers something in which scopes of your demo data: a listing is made for each.

    Called once, by `manage.py demo`, perhaps before your own `demo_data`: ids that
    are the same everywhere will do.
    """
    raise AssertionError("a specification is never called")
