"""Objects of dashboards for the generated tests."""

from __future__ import annotations

from kernel import uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample


@sample("building_id")
def looked_after(app: Application) -> Sample:
    building_id, admin = uuid7(), uuid7()
    app.auth.grant(admin, "dashboards_viewer", f"building:{building_id}", by=None)
    return Sample({"building_id": building_id}, owner=admin, scope=f"building:{building_id}")
