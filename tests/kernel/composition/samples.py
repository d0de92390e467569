"""Samples of the diary plugin that the contract suite is tried on."""

from __future__ import annotations

from kernel.storage import uuid7
from kernel.testing import Sample, sample


@sample("entry_id")
def entry(app):
    owner = uuid7()
    module = app.registry.plugin("diary").module
    made = module.Entry.create(owner_id=owner, text="Rain.")
    return Sample({"entry_id": made.id}, owner=owner)
