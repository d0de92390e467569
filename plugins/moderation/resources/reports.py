"""`/v1/reports`: what people report, each for themselves."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    PUBLIC,
    Conflict,
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
from plugins.moderation import queries, schemas
from plugins.moderation.audience import person
from plugins.moderation.services import reporting


class Kinds:
    """`/v1/reports/kinds`."""

    @endpoint(summary="See what can be reported", permission=PUBLIC, response=schemas.KindsOut, etag=True)
    def on_get(self, req: Request, resp: Response) -> Any:
        """The kinds of things, and the reasons there are."""
        return queries.kinds()


class Reports:
    """`/v1/reports`."""

    @endpoint(
        summary="List my reports",
        permission=AUTHENTICATED,
        response=page_of(schemas.ReportOut),
        errors=(Forbidden,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """The latest first, the anonymous ones included: nobody else sees them."""
        return queries.my_reports(person(req.principal), req.query["cursor"], req.query["limit"])

    @endpoint(
        summary="Report something",
        permission=AUTHENTICATED,
        body=schemas.ReportIn,
        response=schemas.ReportOut,
        status=201,
        idempotent=True,
        rate=Rate(30, per=3600, by="principal"),
        errors=(NotFound, Invalid, Forbidden, Conflict),
        statements=20,
    )
    def on_post(self, req: Request, resp: Response) -> Any:
        """A second report of the same thing replaces what the first said, until moderators have decided."""
        body = req.body
        made = reporting.report(
            req.principal,
            body["kind"],
            body["target_id"],
            body["reason"],
            body["details"],
            anonymous=body["anonymous"],
        )
        resp.location = f"/v1/reports/{made}"
        return queries.my_report(made, person(req.principal))


class One:
    """`/v1/reports/{report_id}`."""

    @endpoint(
        summary="See a report of mine",
        permission=AUTHENTICATED,
        response=schemas.ReportOut,
        errors=(NotFound, Forbidden),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, report_id: UUID) -> Any:
        """With its status; not what was done, which is between the moderators and whom it concerns."""
        return queries.my_report(report_id, person(req.principal))


REPORTS: Final = (
    Route("/reports", Reports()),
    Route("/reports/kinds", Kinds()),
    Route("/reports/{report_id:uuid}", One()),
)
