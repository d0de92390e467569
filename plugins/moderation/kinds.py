"""What can be reported and judged: kinds of things that plugins offer by `moderation_types`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel import Principal, StoaError

if TYPE_CHECKING:
    from kernel import Application


@dataclass(frozen=True, slots=True)
class Card:
    """A thing as moderators see it; `scope` None is everybody's, `owner_id` who answers for it."""

    id: UUID
    owner_id: UUID
    title: str
    text: str = ""
    scope: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class ModeratableType:
    """A kind of things that can be reported.

    * `kind`: `listing`; never renamed: cases are stored under it;
    * `cards(ids)`: what there is of them, by id, hidden ones included; one statement for any number;
    * `visible_to(principal, id)`: whether somebody may see it, and so report it;
    * `hide(id, reason)`: take it out of sight, in the caller's transaction; say whether `reason`
      (a key of the decision's own) is new. None: such things are not hidden, their owners are judged;
    * `restore(id, reason)`: take that one reason back, and nothing else;
    * `watches`: wire types of events after which the rules look at it, each with the event's field
      that holds its id. Types nobody registers are passed over.
    """

    kind: str
    title: str
    cards: Callable[[Collection[UUID]], Mapping[UUID, Any]]
    visible_to: Callable[[Principal, UUID], bool]
    hide: Callable[[UUID, str], bool] | None = None
    restore: Callable[[UUID, str], bool] | None = None
    watches: Mapping[str, str] = field(default_factory=dict)

    def card(self, target_id: UUID) -> Card | None:
        """Return what there is of one thing now; None when it is gone."""
        found = self.cards([target_id]).get(target_id)
        return Card(**found) if isinstance(found, Mapping) else found


class Types:
    """Every kind there is, by name; collected once from the plugins."""

    def __init__(self, types: Iterable[ModeratableType]) -> None:
        self._types: dict[str, ModeratableType] = {}
        for one in types:
            if one.kind in self._types:
                raise StoaError(f"two plugins offer the moderatable kind {one.kind}: rename one")
            if (one.hide is None) is not (one.restore is None):
                raise StoaError(f"{one.kind} offers one of hide and restore: offer both, or none")
            self._types[one.kind] = one

    @classmethod
    def of(cls, application: Application) -> Types:
        """Collect the kinds that plugins offer."""
        offered = application.hooks.call("moderation_types")
        every = [one for some in offered for one in some]
        return cls(ModeratableType(**one) if isinstance(one, Mapping) else one for one in every)

    def __iter__(self) -> Iterator[ModeratableType]:
        return iter(self._types.values())

    def get(self, kind: str) -> ModeratableType | None:
        """Return a kind; None for one that is not offered (any more)."""
        return self._types.get(kind)
