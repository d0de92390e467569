"""Who sees which listing, and who may change it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from kernel import Forbidden, Principal, app
from plugins.listings.permissions import BROWSE, MODERATE
from plugins.listings.states import SHOWN
from plugins.search.api import Scopes


def person(caller: Principal) -> UUID:
    """Return the account a caller acts for; raise Forbidden when it is a machine's own."""
    if caller.id is None:
        raise Forbidden("This takes an account.")
    return caller.id


def hidden_sellers(viewer: Principal) -> tuple[UUID, ...]:
    """Return the sellers whose listings a viewer is not to see, in one order."""
    offered = app.hooks.implementations("listings_hidden_sellers")
    if not offered or viewer.id is None:
        return ()
    found: set[UUID] = set()
    for hidden in app.hooks.call("listings_hidden_sellers", viewer=viewer.id):
        found.update(hidden)
    return tuple(sorted(found - {viewer.id}))


def closed_scopes(scopes: Collection[str]) -> set[str]:
    """Return those of the scopes whose market is closed; nothing is asked when nobody answers."""
    if not scopes or not app.hooks.implementations("listings_closed_scopes"):
        return set()
    return {one for found in app.hooks.call("listings_closed_scopes", scopes=scopes) for one in found}


def open_to(viewer: Principal, asked: str | None) -> Scopes:
    """Return where a viewer browses now: the scopes they belong to whose market is open.

    `asked` is the scope somebody who may browse everywhere names.
    """
    seen = viewer.scopes_for(BROWSE)
    if isinstance(seen, frozenset):
        return seen - closed_scopes(seen)
    return frozenset() if asked and closed_scopes([asked]) else seen


def moderates(caller: Principal, scope: str) -> bool:
    """Say whether a caller moderates the listings of a scope (empty: everybody's)."""
    return caller.can(MODERATE, scope or None)


def may_change(row: Mapping[str, Any], caller: Principal) -> bool:
    """Say whether a listing is the caller's own, or theirs to moderate."""
    return row["seller_id"] == caller.id or moderates(caller, row["scope"])


def may_see(row: Mapping[str, Any], viewer: Principal, hidden: Collection[UUID]) -> bool:
    """Say whether a listing is the viewer's to see, wherever it may be."""
    if may_change(row, viewer):
        return True
    shown = row["status"] in SHOWN and not row["withheld"] and row["seller_id"] not in hidden
    return shown and (not row["scope"] or viewer.can(BROWSE, row["scope"]))
