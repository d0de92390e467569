"""Objects of categories for the generated tests."""

from __future__ import annotations

from kernel import uuid7
from kernel.application import Application
from kernel.testing.samples import Sample, sample
from plugins.categories import services

SCOPE = "shop:018f0000-0000-7000-8000-000000000001"


@sample("category_id")
def category(app: Application) -> Sample:
    made = services.create(SCOPE, {"name": f"Sample {uuid7().hex}"})
    bodies = {"PATCH": {"name": "Another"}, "POST": {"parent_id": None}}
    return Sample({"category_id": made}, owner=uuid7(), scope=SCOPE, bodies=bodies)
