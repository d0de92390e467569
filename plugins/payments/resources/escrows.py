"""Escrows: see, release, refund."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Conflict,
    Forbidden,
    NotFound,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.payments import queries
from plugins.payments.resources.callers import actor, person, require_part
from plugins.payments.schemas.requests import EscrowsQuery, ReasonIn
from plugins.payments.schemas.responses import EscrowOut, EscrowWholeOut
from plugins.payments.services import escrows


class Escrows:
    """`/v1/escrows`."""

    @endpoint(
        summary="List my escrows",
        permission=AUTHENTICATED,
        query=EscrowsQuery,
        response=page_of(EscrowOut),
        errors=(Forbidden,),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """What is held for one (`role=payee`), or what one paid and is held (`role=payer`)."""
        return queries.escrows(person(req), req.query)


class Escrow:
    """`/v1/escrows/{escrow_id}`."""

    @endpoint(
        summary="Show an escrow",
        permission=AUTHENTICATED,
        response=EscrowWholeOut,
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, escrow_id: UUID) -> Any:
        """For its payer and its payee, and who has `payments:read`."""
        return queries.escrow(escrow_id, req.principal)


class Release:
    """`/v1/escrows/{escrow_id}/release`."""

    @endpoint(
        summary="Release an escrow to its payee",
        permission=AUTHENTICATED,
        body=ReasonIn,
        response=EscrowOut,
        idempotent=True,
        errors=(NotFound, Conflict),
        statements=30,
    )
    def on_post(self, req: Request, resp: Response, escrow_id: UUID) -> Any:
        """By the payer, who got what was paid for, or who has `payments:manage`. It cannot be taken back."""
        _, found = escrows.held(escrow_id)
        require_part(req.principal, found.payer_id)
        return queries.escrow_shown(escrows.release(escrow_id, actor(req), req.body["reason"]))


class Refund:
    """`/v1/escrows/{escrow_id}/refund`."""

    @endpoint(
        summary="Refund an escrow to its payer",
        permission=AUTHENTICATED,
        body=ReasonIn,
        response=EscrowWholeOut,
        idempotent=True,
        errors=(NotFound, Conflict),
        statements=60,
    )
    def on_post(self, req: Request, resp: Response, escrow_id: UUID) -> Any:
        """By the payee, who does not deliver, or who has `payments:manage`."""
        _, found = escrows.held(escrow_id)
        require_part(req.principal, found.payee_id)
        escrows.refund(escrow_id, actor(req), req.body["reason"])
        return queries.escrow(escrow_id, req.principal)


ESCROWS = (
    Route("/escrows", Escrows()),
    Route("/escrows/{escrow_id:uuid}", Escrow()),
    Route("/escrows/{escrow_id:uuid}/release", Release()),
    Route("/escrows/{escrow_id:uuid}/refund", Refund()),
)
