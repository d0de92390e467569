"""Objects of subscriptions for the generated tests."""

from __future__ import annotations

from kernel import Principal, uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.subscriptions.services import subscribing


@sample("subscription_id")
def trial(app: Application) -> Sample:
    owner = accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)
    made = subscribing.subscribe(Principal(id=owner, kind="user"), "STANDARD", "month")
    bodies = {"PATCH": {"plan": "PREMIUM"}, "POST /subscriptions/{subscription_id}/cancel": {}}
    return Sample({"subscription_id": made}, owner=owner, bodies=bodies)
