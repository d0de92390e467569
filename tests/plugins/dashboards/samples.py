"""Objects of dashboards for the generated tests."""

from __future__ import annotations

from uuid import UUID

from kernel import uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample


@sample("building_id")
def looked_after(app: Application) -> Sample:
    building_id, admin = building(app), uuid7()
    app.auth.grant(admin, "dashboards_viewer", f"building:{building_id}", by=None)
    return Sample({"building_id": building_id}, owner=admin, scope=f"building:{building_id}")


def building(app: Application) -> UUID:
    """Return a building: one there is, where there is who keeps them."""
    if "buildings" not in app.registry:
        return uuid7()
    from plugins.buildings.services import managing  # noqa: PLC0415 - its tables are not always there

    return UUID(str(managing.insert(uuid7(), {"name": "Sample House", "country": "PT"}).id))
