"""Payment methods: how one pays and is paid."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Forbidden,
    Invalid,
    NotFound,
    Rate,
    Request,
    Response,
    Route,
    Unavailable,
    endpoint,
    page_of,
)
from plugins.payments import queries
from plugins.payments.problems import MethodRefused
from plugins.payments.resources.callers import person
from plugins.payments.schemas.requests import ConsentIn, MethodIn
from plugins.payments.schemas.responses import KeptMethodOut, MethodOut
from plugins.payments.services import keeping, methods


class Methods:
    """`/v1/payments/methods`."""

    @endpoint(
        summary="List my payment methods",
        permission=AUTHENTICATED,
        response=page_of(MethodOut),
        errors=(Forbidden,),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """To pay with and to be paid by; their tokens are not shown."""
        return queries.methods(person(req), req.query)

    @endpoint(
        summary="Keep a payment method",
        permission=AUTHENTICATED,
        body=MethodIn,
        response=MethodOut,
        status=201,
        idempotent=True,
        errors=(Forbidden, Invalid),
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """`token` is the gateway's, never a card number. The first of a use becomes the default."""
        given = req.body
        made = methods.add(
            person(req), given["gateway"], given["use"], given["token"], given["label"],
            default=given["is_default"],
        )  # fmt: skip
        resp.location = f"/v1/payments/methods/{made.id}"
        return made


class Method:
    """`/v1/payments/methods/{method_id}`."""

    @endpoint(summary="Forget a payment method", permission=AUTHENTICATED, errors=(Forbidden, NotFound))
    def on_delete(self, req: Request, resp: Response, method_id: UUID) -> None:
        """What was paid with it can still be refunded."""
        methods.remove(method_id, person(req))


class Default:
    """`/v1/payments/methods/{method_id}/default`."""

    @endpoint(
        summary="Make a payment method the default",
        permission=AUTHENTICATED,
        response=MethodOut,
        errors=(Forbidden, NotFound),
    )
    def on_put(self, req: Request, resp: Response, method_id: UUID) -> Any:
        """Of its use."""
        return methods.make_default(method_id, person(req))


class OffSession:
    """`/v1/payments/methods/{method_id}/off-session`."""

    @endpoint(
        summary="Let a payment method be charged without me",
        permission=AUTHENTICATED,
        body=ConsentIn,
        response=KeptMethodOut,
        rate=Rate(20, per=3600, by="principal"),
        errors=(Forbidden, Invalid, MethodRefused, NotFound, Unavailable),
    )
    def on_put(self, req: Request, resp: Response, method_id: UUID) -> Any:
        """For renewals. Where the bank wants its owner once, `client` says how: confirm it, and ask again."""
        row, client = keeping.agree(method_id, person(req), req.body["consent"])
        return {**row.__data__, "client": client}

    @endpoint(
        summary="Have a payment method charged only with me present",
        permission=AUTHENTICATED,
        errors=(Forbidden, NotFound),
    )
    def on_delete(self, req: Request, resp: Response, method_id: UUID) -> None:
        """From now on; it is kept, to pay with."""
        keeping.withdraw(method_id, person(req))


METHODS = (
    Route("/payments/methods", Methods()),
    Route("/payments/methods/{method_id:uuid}", Method()),
    Route("/payments/methods/{method_id:uuid}/default", Default()),
    Route("/payments/methods/{method_id:uuid}/off-session", OffSession()),
)
