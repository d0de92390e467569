"""People who may block each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from kernel import uuid7
from plugins.accounts import api as accounts


@dataclass
class Person:
    """Somebody with an account and a signed-in client."""

    id: UUID
    client: Any

    def block(self, other: Person) -> Any:
        return self.client.post("/v1/blocks", {"user_id": str(other.id)})

    def unblock(self, other: Person) -> Any:
        return self.client.delete(f"/v1/blocks/{other.id}")


@pytest.fixture
def person(client) -> Callable[..., Person]:
    """Open an account and sign it in: `person("Ada")`."""

    def make(name: str = "Ada Lindqvist") -> Person:
        user_id = accounts.create_user(name=name, email=f"{uuid7().hex}@example.com", verified=True)
        return Person(user_id, client.as_user(user_id))

    return make


@pytest.fixture
def published(app) -> Callable[[], list[str]]:
    """Return the types of the events of blocking stored so far, in order."""
    return lambda: [
        wire
        for (wire,) in app.db.rows(
            "SELECT type FROM kernel_event WHERE type LIKE 'blocking.%%' ORDER BY position"
        )
    ]
