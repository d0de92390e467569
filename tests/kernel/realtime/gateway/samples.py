"""A shared note, for the contract of the notes plugin."""

from __future__ import annotations

from kernel.storage import uuid7
from kernel.testing import Sample, sample


@sample(rooms=["note", "watch"])
def note(app):
    author = uuid7()
    made = app.registry.plugin("notes").module.write(None, author, "A chair")
    return Sample({"note": made.id, "watch": made.id}, owner=author)


@sample(rooms=["safe", "cellar"])
def safe(app):
    keeper = uuid7()
    app.auth.grant(keeper, "keeper")
    return Sample({"safe": "1", "cellar": "1"}, owner=keeper)


UNSCOPED = {"room:wall": "walls are everybody's"}
