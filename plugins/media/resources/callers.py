"""Who calls, as the services want to know it."""

from __future__ import annotations

from uuid import UUID

from kernel import Forbidden, Request


def owner(req: Request) -> UUID:
    """Return the account a request acts for; raise Forbidden when it is a machine's own."""
    if req.principal.id is None:
        raise Forbidden("This takes an account.")
    return req.principal.id
