"""Extension points of search: implement with `@hookimpl(optionalhook=True)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kernel import hookspec

if TYPE_CHECKING:
    from plugins.search.kinds import SearchKind


@hookspec
def search_kinds() -> Sequence[SearchKind]:
    """Return the kinds of things this plugin makes findable, each with what shows and reindexes them.

    Called once per process, at `startup`; no I/O. Two kinds of one name stop
    the boot. The things themselves are handed to `plugins.search.api.index` in
    the transactions that change them.
    """
    raise AssertionError("a specification is never called")
