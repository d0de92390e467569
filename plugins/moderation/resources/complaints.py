"""`/v1/reports/{report_id}/complaint` of reporters, `/v1/moderation/complaints` of who hears them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Actions,
    Forbidden,
    NotFound,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
    page_of,
)
from plugins.moderation import complaints, schemas
from plugins.moderation.audience import person
from plugins.moderation.resources.cases import CHANGE, require_moderator
from plugins.moderation.services import complaining


class Own:
    """`/v1/reports/{report_id}/complaint`."""

    @endpoint(
        summary="See my complaint about a report",
        permission=AUTHENTICATED,
        response=schemas.ComplaintOut,
        errors=(NotFound, Forbidden),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, report_id: UUID) -> Any:
        """With its outcome, and why."""
        return complaints.own(report_id, person(req.principal))

    @endpoint(
        summary="Ask for another look at a dismissed report",
        permission=AUTHENTICATED,
        body=schemas.ComplaintIn,
        response=schemas.ComplaintOut,
        status=201,
        idempotent=True,
        rate=Rate(20, per=3600, by="principal"),
        errors=CHANGE,
        statements=15,
    )
    def on_post(self, req: Request, resp: Response, report_id: UUID) -> Any:
        """Once, in time, also of an anonymous report. Another moderator decides."""
        complaining.complain(req.principal, report_id, req.body["text"])
        resp.location = f"/v1/reports/{report_id}/complaint"
        return complaints.own(report_id, person(req.principal))


class Complaints:
    """`/v1/moderation/complaints`."""

    @endpoint(
        summary="See which complaints are to be decided",
        permission=AUTHENTICATED,
        query=schemas.AppealsQuery,
        response=page_of(schemas.HeardComplaintOut),
        errors=(Forbidden,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response) -> Any:
        """Of reporters whose report was dismissed; who waits longest first."""
        require_moderator(req)
        return complaints.page(req.principal, req.query)


class Complaint:
    """`/v1/moderation/complaints/{complaint_id}`."""

    @endpoint(
        summary="See a complaint",
        permission=AUTHENTICATED,
        response=schemas.HeardComplaintOut,
        etag=True,
        errors=(NotFound,),
        statements=3,
    )
    def on_get(self, req: Request, resp: Response, complaint_id: UUID) -> Any:
        """For moderators, with what was reported; never by whom."""
        return complaints.one(complaint_id, req.principal)


def _uphold(req: Request, complaint_id: UUID) -> None:
    complaining.uphold(req.principal, complaint_id, req.if_match, req.body["reason"])


def _grant(req: Request, complaint_id: UUID) -> None:
    complaining.grant(req.principal, complaint_id, req.if_match, req.body["reason"])


def _after(req: Request, complaint_id: UUID) -> Any:
    return complaints.one(complaint_id, req.principal)


ACTIONS: Final = Actions(
    "/moderation/complaints/{complaint_id:uuid}",
    answer=_after,
    description="Never by who dismissed it; the reason is told to who complained.",
    body=schemas.ReasonIn,
    response=schemas.HeardComplaintOut,
    permission=AUTHENTICATED,
    idempotent=True,
    etag=True,
    statements=60,
    errors=CHANGE,
)
COMPLAINTS: Final = (
    Route("/reports/{report_id:uuid}/complaint", Own()),
    Route("/moderation/complaints", Complaints()),
    Route("/moderation/complaints/{complaint_id:uuid}", Complaint()),
    ACTIONS.route("uphold", "Leave a report dismissed", _uphold),
    ACTIONS.route("grant", "Look at a dismissed report anew", _grant),
)
