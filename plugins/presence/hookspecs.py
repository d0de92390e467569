"""Extension points of presence: implement with `@hookimpl(optionalhook=True)`."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kernel import hookspec


@hookspec
def presence_hidden(pairs: Collection[tuple[UUID, UUID]]) -> Collection[tuple[UUID, UUID]]:
    """Return those of `pairs` in which neither is to see the other, as they were given.

    Called for each request and each batch of changes, with all who watch and are
    watched in it: answer with one query. When the answer changes, call
    `plugins.presence.api.look_again` in the same transaction.
    """
    raise AssertionError("a specification is never called")
