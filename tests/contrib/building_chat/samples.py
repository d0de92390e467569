"""Objects of building chats for the generated tests."""

from __future__ import annotations

from kernel import SYSTEM, uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.accounts import api as accounts
from plugins.buildings.services import managing


@sample("building_id")
def building(app: Application) -> Sample:
    email = f"sample-{uuid7().hex}@example.com"
    admin = accounts.create_user(name="Sample", email=email, verified=True)
    said = {"name": "Sample House", "city": "Lisbon", "country": "PT", "admin_id": admin}
    made = managing.create(SYSTEM, said)
    return Sample({"building_id": made}, owner=admin, scope=f"building:{made}")
