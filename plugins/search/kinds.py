"""Kinds of things that can be found, as plugins declare them by `search_kinds`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from kernel import FieldError, Invalid, Money, Principal
from plugins.search.port import Document, Hit, Scopes

if TYPE_CHECKING:
    from kernel import Application


@dataclass(frozen=True, slots=True)
class Card:
    """How a thing looks among others that were found; `url` is its path in this API."""

    title: str
    url: str
    summary: str = ""
    image_url: str = ""
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class SearchKind:
    """One kind of thing.

    * `permission` — what one needs in a scope to see what belongs to it;
    * `cards(ids, caller)` — the cards of those the caller may see, for a page of hits:
      whatever is left out is not shown, so it is the last word on visibility;
    * `count()` and `documents(after, limit)` — for reindexing: how many there are, and
      the findable ones in the order of their ids. `documents` runs in the transaction
      that indexes them: lock the rows (`FOR SHARE`), so none is changed in between.
    """

    name: str
    permission: str
    cards: Callable[[Collection[UUID], Principal], Mapping[UUID, Card]]
    count: Callable[[], int]
    documents: Callable[[UUID | None, int], Sequence[Document]]


class Kinds:
    """The kinds of this process, collected once from the hook."""

    def __init__(self, kinds: Iterable[SearchKind]) -> None:
        """Index `kinds`; raise ValueError when two bear one name."""
        self._by_name: dict[str, SearchKind] = {}
        for kind in kinds:
            if kind.name in self._by_name:
                raise ValueError(f"two kinds of search documents are called {kind.name!r}: rename one")
            self._by_name[kind.name] = kind

    def named(self, names: Sequence[str]) -> list[SearchKind]:
        """Return these kinds, all without names; raise Invalid naming `kind` for an unknown one."""
        unknown = [name for name in names if name not in self._by_name]
        if unknown:
            known = ", ".join(sorted(self._by_name)) or "none"
            raise Invalid(errors=[FieldError(f"There is no kind {unknown[0]!r}: {known}.", parameter="kind")])
        return [self._by_name[name] for name in names or self._by_name]

    def audience(self, names: Sequence[str], caller: Principal) -> dict[str, Scopes]:
        """Return where `caller` sees each of these kinds."""
        return {kind.name: caller.scopes_for(kind.permission) for kind in self.named(names)}

    def cards(self, hits: Collection[Hit], caller: Principal) -> dict[tuple[str, UUID], Card]:
        """Return the cards of hits by kind and id: one call a kind."""
        found: dict[tuple[str, UUID], Card] = {}
        for name in {hit.kind for hit in hits}:
            ids = [hit.id for hit in hits if hit.kind == name]
            shown = self._by_name[name].cards(ids, caller)
            found.update({(name, subject_id): card for subject_id, card in shown.items()})
        return found


def collected(app: Application) -> Kinds:
    """Return what the hook offers in this process."""
    return Kinds(kind for kinds in app.hooks.call("search_kinds") for kind in kinds)
