"""The HTTP surface of invoices: parse, call, respond."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Binary,
    Forbidden,
    Invalid,
    NotFound,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.documents.api import MEDIA_TYPE, typeset
from plugins.invoices import layout, queries
from plugins.invoices.schemas import (
    InvoiceItemOut,
    InvoiceOut,
    InvoicesQuery,
    ProfileIn,
    ProfileOut,
    RefIn,
)
from plugins.invoices.services import issuing, profiles

SETTING: Final = Rate(30, per=60, by="principal")


def _person(req: Request) -> UUID:
    if req.principal.id is None:
        raise Forbidden("This takes an account.")
    return req.principal.id


class Invoices:
    """`/v1/invoices`."""

    @endpoint(
        summary="List my invoices",
        permission=AUTHENTICATED,
        query=InvoicesQuery,
        response=page_of(InvoiceItemOut),
        errors=(Forbidden, Invalid),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Invoices and credit notes of what one bought, sold or keeps the books of, the latest first."""
        return queries.page(req.principal, req.query)

    @endpoint(
        summary="Have the invoice of a sale",
        permission=AUTHENTICATED,
        body=RefIn,
        response=InvoiceOut,
        status=201,
        errors=(NotFound,),
        rate=SETTING,
        statements=40,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """It is issued by itself, soon after the sale; ask for it where that was before there were invoices.

        The same one however often it is asked for.
        """
        document = issuing.of_party(req.body["ref"], req.principal)
        resp.location = f"/v1/invoices/{document.id}"
        return queries.whole(document)


class Invoice:
    """`/v1/invoices/{document_id}`."""

    @endpoint(
        summary="Show an invoice",
        permission=AUTHENTICATED,
        response=InvoiceOut,
        errors=(NotFound,),
        statements=2,
    )
    def on_get(self, req: Request, resp: Response, document_id: UUID) -> Any:
        """For its buyer, its seller and who keeps the books of its scope."""
        return queries.whole(queries.visible(document_id, req.principal))


class Paper:
    """`/v1/invoices/{document_id}/document.pdf`."""

    @endpoint(
        summary="Get an invoice as PDF",
        permission=AUTHENTICATED,
        response=Binary(MEDIA_TYPE),
        errors=(NotFound,),
        rate=SETTING,
        statements=2,
    )
    def on_get(self, req: Request, resp: Response, document_id: UUID) -> Any:
        """PDF/A-2u; the same bytes for all who see it, whenever they ask."""
        row = queries.visible(document_id, req.principal)
        resp.downloadable_as = f"{row.number}.pdf"
        return typeset(layout.paper(row))


class Statement:
    """`/v1/invoices/{document_id}/statement.pdf`."""

    @endpoint(
        summary="Get what a sale brought its seller as PDF",
        permission=AUTHENTICATED,
        response=Binary(MEDIA_TYPE),
        errors=(NotFound,),
        rate=SETTING,
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, document_id: UUID) -> Any:
        """The invoice, the platform's commission, what was credited; for its seller, not for its buyer."""
        invoice, credited = queries.sale(document_id, req.principal)
        resp.downloadable_as = f"statement-{invoice.number}.pdf"
        return typeset(layout.statement(invoice, credited))


class Profile:
    """`/v1/invoices/profile`."""

    @endpoint(
        summary="Show my name and address for invoices",
        permission=AUTHENTICATED,
        response=ProfileOut,
        errors=(Forbidden,),
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Empty where nothing was given: then documents bear the name of the account."""
        return profiles.of(_person(req))

    @endpoint(
        summary="Give my name and address for invoices",
        permission=AUTHENTICATED,
        body=ProfileIn,
        response=ProfileOut,
        errors=(Forbidden, Invalid),
    )
    def on_put(self, req: Request, resp: Response) -> Any:
        """For what is issued from now on; what was issued stays as it is."""
        return profiles.put(_person(req), req.body)


ROUTES: Final = (
    Route("/invoices", Invoices()),
    Route("/invoices/profile", Profile()),
    Route("/invoices/{document_id:uuid}", Invoice()),
    Route("/invoices/{document_id:uuid}/document.pdf", Paper()),
    Route("/invoices/{document_id:uuid}/statement.pdf", Statement()),
)
