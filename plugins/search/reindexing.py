"""Index everything anew: after a change of language or engine, or a restored backup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from kernel import app
from plugins.search import api
from plugins.search.kinds import Kinds, SearchKind

BATCH: Final = 200

Progress = Callable[[str, int, int], None]
"""Told of a kind's name, how many of its things are done, and how many there are."""


def reindex(names: Sequence[str], progress: Progress) -> dict[str, int]:
    """Index these kinds anew, all without names; return how many documents each has.

    Searches go on meanwhile. What changes during it is kept: a batch is read and
    indexed in one transaction, with its rows locked. Documents of things that
    are no more are removed at the end. Raises Invalid for an unknown kind.
    """
    done = {kind.name: _reindex(kind, progress) for kind in app.service(Kinds).named(names)}
    api.settle()
    return done


def _reindex(kind: SearchKind, progress: Progress) -> int:
    started, total, done = app.clock.now(), kind.count(), 0
    after: UUID | None = None
    progress(kind.name, 0, total)
    while documents := _batch(kind, after):
        done, after = done + len(documents), documents[-1].id
        progress(kind.name, done, max(done, total))
    with app.db.atomic():
        api.backend().prune(kind.name, started)
    return done


def _batch(kind: SearchKind, after: UUID | None) -> Sequence[api.Document]:
    with app.db.atomic():
        documents = kind.documents(after, BATCH)
        api.index(documents)
    return documents
