"""Objects of verification for the generated tests."""

from __future__ import annotations

from uuid import UUID

from kernel import SYSTEM, uuid7
from kernel.application import Application
from kernel.auth.principals import Principal
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.verification.services import asking, reviewing

ONE = "/verifications/{request_id}"
PAYOUT = {"values": {"account_holder": "Sample", "account_number": "DE00 1234"}, "documents": []}
STEPS = {"agreement": {"values": {"accepted": "1"}, "documents": []}, "payout": PAYOUT}
SETTINGS = {"verification": {"seller_steps": ["agreement", "payout"]}}
REASON = {"reason": "The number does not exist."}


def ask(*, submit: bool) -> tuple[UUID, UUID]:
    """Return a new request of somebody new, and who that is."""
    user_id = accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)
    who = Principal(id=user_id, kind="user")
    return asking.ask(who, "verification.seller", None, STEPS, submit=submit), user_id


@sample(
    "request_id", paths=[f"POST {ONE}/submit", f"GET {ONE}", f"GET {ONE}/history", f"POST {ONE}/withdraw"]
)
def draft(app: Application) -> Sample:
    made, owner = ask(submit=False)
    return Sample({"request_id": made}, owner=owner)


@sample("request_id", "step")
def step(app: Application) -> Sample:
    made, owner = ask(submit=False)
    return Sample(
        {"request_id": made, "step": "payout"}, owner=owner, bodies={"PUT": {"values": PAYOUT["values"]}}
    )


@sample("request_id")
def pending(app: Application) -> Sample:
    made, owner = ask(submit=True)
    bodies = {f"POST {ONE}/reject": REASON, f"POST {ONE}/notes": {"text": "Ask for another."}}
    return Sample({"request_id": made}, owner=owner, bodies=bodies)


@sample("request_id", paths=[f"POST {ONE}/revoke"])
def approved(app: Application) -> Sample:
    made, owner = ask(submit=True)
    reviewing.approve(SYSTEM, made, None)
    return Sample({"request_id": made}, owner=owner, bodies={"POST": REASON})
