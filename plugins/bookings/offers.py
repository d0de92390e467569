"""What refs stand for: asked of whoever knows them (`bookings_resolve`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel import Forbidden, NotFound, Principal, app

Service = Mapping[str, Any]


def service_of(ref: str, viewer: Principal) -> Service | None:
    """Return the service behind a ref as its owner tells it; None when the viewer may not see one."""
    for found in app.hooks.call("bookings_resolve", refs=[ref], viewer=viewer):
        if ref in found:
            service: Service = found[ref]
            return service
    return None


def required(ref: str, viewer: Principal) -> Service:
    """Return the service behind a ref; raise NotFound."""
    found = service_of(ref, viewer)
    if found is None:
        raise NotFound("There is no such service.")
    return found


def person(caller: Principal) -> UUID:
    """Return the account a caller acts for; raise Forbidden when it is a machine's own."""
    if caller.id is None:
        raise Forbidden("This takes an account.")
    return caller.id
