"""What other plugins are told of a building."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BuildingCard:
    """A building as part of something else."""

    id: UUID
    name: str
    city: str
    country: str
    verified: bool


@dataclass(frozen=True, slots=True)
class BuildingSettings:
    """What is allowed in a building; `default_categories` empty means all of everybody's."""

    marketplace: bool
    chat: bool
    verification_required: bool
    auto_approve: bool
    default_categories: tuple[UUID, ...]
