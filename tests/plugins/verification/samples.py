"""Objects of verification for the generated tests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import SYSTEM, uuid7
from kernel.application import Application
from kernel.auth.principals import Principal
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.media import demo_images
from plugins.media.models import Medium
from plugins.verification.services import asking, reviewing

ONE = "/verifications/{request_id}"
PAYOUT = {"values": {"account_holder": "Sample", "account_number": "DE00 1234"}, "documents": []}
REASON = {"reason": "The number does not exist."}


def ask(app: Application, *, submit: bool) -> tuple[UUID, UUID]:
    """Return a new request of somebody new, and who that is."""
    user_id = accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)
    who = Principal(id=user_id, kind="user")
    return asking.ask(who, "verification.seller", None, steps(app, user_id), submit=submit), user_id


def steps(app: Application, user_id: UUID) -> dict[str, Any]:
    """Return all a seller hands over, with a document that is ready."""
    made = uuid7()
    demo_images.load(app.blobs, lambda done, total: None)
    demo_images.add([(made, user_id, 0)])
    Medium.update(visibility="private").where(Medium.id == made).execute()
    paper = {"type": "identity_document", "media_id": made, "expires_on": None}
    identity = {"legal_name": "Sample", "date_of_birth": "1990-05-17"}
    return {
        "identity": {"values": identity, "documents": [paper]},
        "agreement": {"values": {"accepted": "1"}, "documents": []},
        "payout": PAYOUT,
    }


@sample("request_id", paths=[f"POST {ONE}/submit", f"POST {ONE}/withdraw"])
def draft(app: Application) -> Sample:
    made, owner = ask(app, submit=False)
    return Sample({"request_id": made}, owner=owner)


@sample("request_id", "step")
def step(app: Application) -> Sample:
    made, owner = ask(app, submit=False)
    return Sample(
        {"request_id": made, "step": "payout"}, owner=owner, bodies={"PUT": {"values": PAYOUT["values"]}}
    )


@sample("request_id")
def pending(app: Application) -> Sample:
    made, owner = ask(app, submit=True)
    bodies = {f"POST {ONE}/reject": REASON, f"POST {ONE}/notes": {"text": "Ask for another."}}
    return Sample({"request_id": made}, owner=owner, bodies=bodies)


@sample("request_id", paths=[f"POST {ONE}/revoke"])
def approved(app: Application) -> Sample:
    made, owner = ask(app, submit=True)
    reviewing.approve(SYSTEM, made, None)
    return Sample({"request_id": made}, owner=owner, bodies={"POST": REASON})
