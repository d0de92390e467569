"""Who calls."""

from __future__ import annotations

from uuid import UUID

from kernel import Forbidden, NotFound, Principal, Request
from plugins.payments.permissions import MANAGE


def person(req: Request) -> UUID:
    """Return whose money it is about; raise Forbidden when a machine asks for itself."""
    if req.principal.id is None:
        raise Forbidden("This takes an account.")
    return req.principal.id


def actor(req: Request) -> str:
    """Return who acts, as history has it."""
    return f"{req.principal.kind}:{req.principal.id}"


def require_part(caller: Principal, *parties: UUID) -> None:
    """Raise NotFound unless the caller is one of the parties, or manages payments."""
    if caller.id not in parties and not caller.can(MANAGE):
        raise NotFound
