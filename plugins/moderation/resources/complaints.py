"""`/v1/reports/{report_id}/complaint` of reporters, `/v1/moderation/complaints` of who hears them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel import (
    AUTHENTICATED,
    Forbidden,
    NotFound,
    Rate,
    Request,
    Response,
    Route,
    endpoint,
)
from plugins.moderation import complaints, schemas
from plugins.moderation.audience import person
from plugins.moderation.resources.cases import CHANGE
from plugins.moderation.resources.contests import Contest, hearings
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


HEARD: Final = Contest(
    path="/moderation/complaints",
    name="complaint",
    response=schemas.HeardComplaintOut,
    page=complaints.page,
    one=complaints.one,
    uphold=complaining.uphold,
    grant=complaining.grant,
    heard="Of reporters whose report was dismissed; who waits longest first.",
    told="For moderators, with what was reported; never by whom.",
    never="Never by who dismissed it; the reason is told to who complained.",
    upheld="Leave a report dismissed",
    granted="Look at a dismissed report anew",
)
COMPLAINTS: Final = (Route("/reports/{report_id:uuid}/complaint", Own()), *hearings(HEARD))
