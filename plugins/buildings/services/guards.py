"""What a building forbids: offering, ordering and booking with its market off, or by who does not belong.

Each holds the buildings' rows shared until the transaction ends: a switch that is
turned, or a member who is removed, waits for it, and whoever comes after sees it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from kernel import Delivery, Principal, app
from plugins.buildings.audience import building_of
from plugins.buildings.problems import MarketplaceClosed, NotAMember, VerificationRequired

_HELD: Final = """
SELECT id, marketplace, verification_required FROM buildings_building
WHERE id = ANY(%s::uuid[]) AND deleted_at IS NULL ORDER BY id FOR SHARE
"""
_STANDING: Final = """
SELECT building_id, verified_at IS NOT NULL FROM buildings_member
WHERE user_id = %s AND building_id = ANY(%s::uuid[]) AND status = 'ACTIVE'
"""
_OPEN: Final = """
SELECT id FROM buildings_building WHERE id = ANY(%s::uuid[]) AND marketplace AND deleted_at IS NULL
"""


def trade(user_id: UUID | None, scopes: Iterable[str]) -> None:
    """Raise unless somebody may trade in these scopes; scopes of no building are no matter of ours.

    MarketplaceClosed, NotAMember, VerificationRequired. Two statements for any number; in a transaction.
    """
    ids = sorted({id_ for scope in scopes if (id_ := building_of(scope)) is not None})
    if not ids:
        return
    held = {row[0]: row for row in app.db.rows(_HELD, (ids,))}
    standing: dict[UUID, bool] = dict(app.db.rows(_STANDING, (user_id, ids)))
    for each in ids:
        if each not in standing:
            raise NotAMember
        if each not in held or not held[each][1]:
            raise MarketplaceClosed
        if held[each][2] and not standing[each]:
            raise VerificationRequired


def publication(delivery: Delivery) -> None:
    """Refuse a listing that its seller may not publish in its building; inline.

    Not one that a cancelled order gives back: that would refuse the cancellation.
    """
    if delivery.event.transition != "restock" and building_of(delivery.scope) is not None:
        trade(delivery.event.seller_id, [str(delivery.scope)])


def placement(draft: Any) -> None:
    """Refuse a checkout that its buyer may not make in a building."""
    trade(draft.buyer.id, [line.offer.scope for line in draft.lines if line.offer.scope])


def booking(service: Mapping[str, Any], customer: Principal) -> None:
    """Refuse a booking that its customer may not make in a building."""
    if service["scope"]:
        trade(customer.id, [service["scope"]])


def closed(scopes: Collection[str]) -> set[str]:
    """Return those of the scopes that are buildings whose market is not open: one statement."""
    ids = {scope: id_ for scope in scopes if (id_ := building_of(scope)) is not None}
    if not ids:
        return set()
    found = {row[0] for row in app.db.rows(_OPEN, (sorted(ids.values()),))}
    return {scope for scope, id_ in ids.items() if id_ not in found}
