"""What is looked at when the process starts, so that a wrong setting is named at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins.search import api
from plugins.search.kinds import Kinds
from plugins.search.postgres import PostgresSearch

if TYPE_CHECKING:
    from kernel import Application


def check(app: Application) -> None:
    """Collect the kinds and make the engine; raise when either cannot be used."""
    app.service(Kinds)
    engine = api.backend()
    if isinstance(engine, PostgresSearch):
        engine.check()
