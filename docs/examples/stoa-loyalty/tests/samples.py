"""Objects the contract suite asks the routes for, as their owner and as strangers."""

from __future__ import annotations

from kernel import Application, uuid7
from kernel.testing import Sample, sample
from stoa_loyalty import services


@sample("entry_id")
def entry(app: Application) -> Sample:
    """Return one movement of somebody."""
    owner = uuid7()
    return Sample({"entry_id": services.earn(owner, 5, "A sample").id}, owner=owner)
