"""Endpoints: make, change, rotate the secret, switch off and on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from kernel import Forbidden, NotFound, Principal, app, invalid
from plugins.webhooks import addresses, signing
from plugins.webhooks.catalogue import Catalogue
from plugins.webhooks.events import EndpointDisabled, EndpointEnabled
from plugins.webhooks.models import Endpoint
from plugins.webhooks.notices import tell_disabled
from plugins.webhooks.problems import TooManyEndpoints
from plugins.webhooks.queries import managed
from plugins.webhooks.services.audience import EVERYTHING, may_watch
from plugins.webhooks.settings import WebhooksSettings

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_CANCEL: Final = """
UPDATE webhooks_delivery SET status = 'CANCELLED', updated_at = %(now)s, error = 'the endpoint was disabled'
WHERE endpoint_id = %(id)s AND status IN ('PENDING', 'SENDING')
"""


class Made(NamedTuple):
    """An endpoint and its secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


def owner_of(caller: Principal) -> UUID:
    """Return the account a caller acts for; raise Forbidden when there is none."""
    if caller.id is None:
        raise Forbidden("This takes an account.")
    return caller.id


def create(caller: Principal, given: Mapping[str, Any]) -> Made:
    """Make an endpoint; raise Invalid, Forbidden for a scope not the caller's, TooManyEndpoints."""
    owner_id, scope = owner_of(caller), given["scope"]
    addresses.check(given["url"])
    _check_types(given["event_types"])
    if scope is not None and not may_watch(caller, scope):
        raise invalid("/scope", f"You may not have the events of {scope} sent.")
    secret = signing.new_secret()
    with app.db.atomic():
        _leave_room(owner_id)
        made = Endpoint.create(
            owner_id=owner_id,
            scope=scope,
            url=given["url"],
            description=given["description"],
            event_types=sorted(set(given["event_types"])),
            status="ENABLED",
            disabled_reason="",
            secret=signing.seal(secret),
        )
    return Made(made, secret)


def _leave_room(owner_id: UUID) -> None:
    most = app.settings.of(WebhooksSettings).max_endpoints
    app.db.execute_sql(_LOCK, (f"webhooks.owner:{owner_id}",))
    if Endpoint.select().where(Endpoint.owner_id == owner_id).count() >= most:
        raise TooManyEndpoints(f"At most {most}: delete one first.")


def _check_types(types: Collection[str]) -> None:
    known = app.service(Catalogue)
    for index, name in enumerate(types):
        if name not in known:
            raise invalid(f"/event_types/{index}", "No such event: see GET /v1/webhooks/event-types.")


def change(caller: Principal, endpoint_id: UUID, version: int | None, changes: Mapping[str, Any]) -> Endpoint:
    """Change address, description or event types; raise NotFound, Invalid, PreconditionFailed."""
    if "url" in changes:
        addresses.check(changes["url"])
    values = dict(changes)
    if "event_types" in changes:
        _check_types(changes["event_types"])
        values["event_types"] = sorted(set(changes["event_types"]))
    if values:
        Endpoint.compare_and_set(endpoint_id, version, managed(caller), **values)
    return found(caller, endpoint_id)


def found(caller: Principal, endpoint_id: UUID, *, lock: bool = False) -> Endpoint:
    """Return an endpoint the caller manages, locked when asked; raise NotFound."""
    query = Endpoint.select().where(Endpoint.id == endpoint_id, managed(caller))
    row: Endpoint | None = (query.for_update() if lock else query).first()
    if row is None:
        raise NotFound
    return row


def delete(caller: Principal, endpoint_id: UUID) -> None:
    """Delete an endpoint with its log; raise NotFound."""
    if not Endpoint.delete().where(Endpoint.id == endpoint_id, managed(caller)).execute():
        raise NotFound


def rotate(caller: Principal, endpoint_id: UUID) -> Made:
    """Make a new secret; the old one signs beside it for a while, an older one no more."""
    hours = app.settings.of(WebhooksSettings).rotation_hours
    secret = signing.new_secret()
    with app.db.atomic():
        found(caller, endpoint_id, lock=True)
        values = {
            "previous_secret": Endpoint.secret,
            "previous_until": app.clock.now() + timedelta(hours=hours),
            "secret": signing.seal(secret),
        }
        _set(endpoint_id, **values)
    return Made(found(caller, endpoint_id), secret)


def _set(endpoint_id: UUID, **values: Any) -> None:
    """Write to a locked endpoint, and count its version up."""
    Endpoint.update(version=Endpoint.version + 1, **values).where(Endpoint.id == endpoint_id).execute()


def enable(caller: Principal, endpoint_id: UUID) -> Endpoint:
    """Send to an endpoint again, from now on; nothing changes when it is enabled."""
    with app.db.atomic():
        row = found(caller, endpoint_id, lock=True)
        if row.status == "ENABLED":
            return row
        _set(endpoint_id, status="ENABLED", disabled_reason="", failing_since=None)
        app.bus.publish(EndpointEnabled(endpoint_id=row.id, owner_id=row.owner_id), scope=scope_of(row))
        return found(caller, endpoint_id)


def disable(caller: Principal, endpoint_id: UUID) -> Endpoint:
    """Send nothing more to an endpoint: its owner's wish."""
    with app.db.atomic():
        row = found(caller, endpoint_id, lock=True)
        switch_off(row, "owner")
        return found(caller, endpoint_id)


def switch_off(row: Endpoint, reason: str) -> None:
    """Disable a locked endpoint and cancel what waits for it; tell the owner, unless it was their wish."""
    if row.status == "DISABLED":
        return
    _set(row.id, status="DISABLED", disabled_reason=reason)
    app.db.execute_sql(_CANCEL, {"id": row.id, "now": app.clock.now()})
    if reason != "owner":
        tell_disabled(row, reason)
    disabled = EndpointDisabled(endpoint_id=row.id, owner_id=row.owner_id, reason=reason)
    app.bus.publish(disabled, scope=scope_of(row))


def scope_of(row: Endpoint) -> str | None:
    """Return the scope an endpoint's own events belong to."""
    return None if row.scope == EVERYTHING else row.scope
