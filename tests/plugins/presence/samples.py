"""Objects of presence for the generated tests."""

from __future__ import annotations

from kernel import uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts


@sample(rooms=["account"])
def account(app: Application) -> Sample:
    made = accounts.create_user(name="Sample", email=f"sample-{uuid7().hex}@example.com", verified=True)
    return Sample({"account": made}, owner=made)
