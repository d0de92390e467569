"""Addresses nothing more is sent to: what came back, and who unsubscribed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel import NotFound, app
from plugins.notifications.models import Delivery, Suppression


def report(provider: str, provider_id: str, *, reason: str, permanent: bool) -> bool:
    """Record a bounce; see `plugins.notifications.api.report_bounce`."""
    with app.db.atomic():
        found = (
            Delivery.select()
            .where(
                Delivery.provider == provider, Delivery.provider_id == provider_id, Delivery.provider_id != ""
            )
            .for_update()
            .first()
        )
        if found is None:
            return False
        if permanent:
            found.state, found.reason = "bounced", reason
            suppress(found.address, reason=f"bounced: {reason}")
        else:
            found.reason = reason
        found.save()
        return True


def suppress(address: str, *, type: str = "", reason: str) -> None:
    """Send nothing more of a type (empty: of any that is not mandatory) to an address."""
    Suppression.insert(
        address=address_key(address), type=type, reason=reason[:500]
    ).on_conflict_ignore().execute()


def suppressed(addresses: Collection[str], types: Collection[str]) -> dict[tuple[str, str], str]:
    """Return why nothing goes to which of these addresses, by key and type (empty: of any type)."""
    if not addresses:
        return {}
    rows = Suppression.select().where(
        Suppression.address.in_([address_key(one) for one in addresses]),
        Suppression.type.in_(["", *types]),
    )
    return {(row.address, row.type): row.reason for row in rows}


def lift(id: UUID) -> None:
    """Send to a suppressed address again; raise NotFound."""
    if not Suppression.delete().where(Suppression.id == id).execute():
        raise NotFound


def address_key(address: str) -> str:
    """Return an address as it is compared."""
    return address.strip().casefold()
