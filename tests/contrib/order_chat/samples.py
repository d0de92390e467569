"""Objects of the bridge for the generated tests."""

from __future__ import annotations

from kernel.application import Application
from kernel.tasks.worker import run_due
from kernel.testing.samples import Sample, sample
from tests.plugins.orders.samples import placed, somebody


@sample("order_id")
def conversing(app: Application) -> Sample:
    buyer = somebody()
    assert buyer.id is not None
    order_id = placed(app, buyer, somebody())
    run_due(app)
    return Sample({"order_id": order_id}, owner=buyer.id)
