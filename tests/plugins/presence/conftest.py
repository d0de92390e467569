"""People who watch each other."""

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

    def sees(self, *others: Person) -> list[str]:
        """Return the status of others as this person sees it."""
        asked = [("user_id", str(each.id)) for each in others]
        answer = self.client.get("/v1/presence?" + "&".join(f"{name}={value}" for name, value in asked))
        assert answer.status == 200, answer.text
        return [each["status"] for each in answer.json["items"]]

    def show(self, status: str, **more: Any) -> Any:
        return self.client.put("/v1/presence/me", {"status": status, **more})

    def privacy(self, level: str) -> None:
        answer = self.client.patch("/v1/users/me", {"privacy": {"last_seen": level}})
        assert answer.status == 200, answer.text


@pytest.fixture
def person(client) -> Callable[..., Person]:
    """Open an account and sign it in: `person("Ada")`."""

    def make(name: str = "Ada Lindqvist") -> Person:
        user_id = accounts.create_user(name=name, email=f"{uuid7().hex}@example.com", verified=True)
        return Person(user_id, client.as_user(user_id))

    return make
