"""People who converse, conversations and pictures for the tests."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from kernel import Principal, app, uuid7
from plugins.accounts import api as accounts
from plugins.media import api as media


@dataclass
class Person:
    """Somebody with an account and a signed-in client."""

    id: UUID
    client: Any

    @property
    def principal(self) -> Principal:
        """The person as services see them."""
        return app.auth.principal_of(self.id)

    def direct(self, other: Person) -> str:
        """Open the direct conversation with somebody; return its id."""
        return self._made("/v1/conversations/direct", {"user_id": str(other.id)})

    def group(self, *others: Person, **rules: Any) -> str:
        """Open a group; return its id."""
        body = {"kind": "group", "title": "Garden", "members": [str(each.id) for each in others], **rules}
        return self._made("/v1/conversations", body)

    def channel(self, **rules: Any) -> str:
        """Open a public channel; return its id."""
        return self._made("/v1/conversations", {"kind": "channel", "title": "News", "public": True, **rules})

    def _made(self, path: str, body: dict[str, Any]) -> str:
        answer = self.client.post(path, body)
        assert answer.status in {200, 201}, answer.text
        made: str = answer.json["id"]
        return made

    def say(self, conversation: str, text: str = "Hello", **more: Any) -> dict[str, Any]:
        """Send a message; return it."""
        answer = self.client.post(f"/v1/conversations/{conversation}/messages", {"text": text, **more})
        assert answer.status == 201, answer.text
        said: dict[str, Any] = answer.json
        return said

    def sees(self, conversation: str, **query: Any) -> list[dict[str, Any]]:
        """Return the history as this person reads it."""
        answer = self.client.get(f"/v1/conversations/{conversation}/messages", query=query)
        assert answer.status == 200, answer.text
        items: list[dict[str, Any]] = answer.json["items"]
        return items

    def snapshot(self, conversation: str) -> dict[str, Any]:
        """Return the snapshot of a conversation."""
        answer = self.client.get(f"/v1/conversations/{conversation}")
        assert answer.status == 200, answer.text
        found: dict[str, Any] = answer.json
        return found

    def unread(self, conversation: str) -> int:
        """Return the unread count, which the list and the snapshot must agree about."""
        counted: int = self.snapshot(conversation)["me"]["unread"]
        listed = self.client.get("/v1/conversations").json["items"]
        assert [each["me"]["unread"] for each in listed if each["id"] == conversation] == [counted]
        return counted

    def read(self, conversation: str, seq: int) -> dict[str, Any]:
        """Mark as read."""
        answer = self.client.put(f"/v1/conversations/{conversation}/read", {"seq": seq})
        assert answer.status == 200, answer.text
        marks: dict[str, Any] = answer.json
        return marks


@pytest.fixture
def person(client) -> Callable[..., Person]:
    """Open an account and sign it in: `person("Ada")`."""

    def make(name: str = "Ada Lindqvist", *roles: str) -> Person:
        user_id = accounts.create_user(name=name, email=f"{uuid7().hex}@example.com", verified=True)
        return Person(user_id, client.as_user(user_id, *roles))

    return make


@pytest.fixture
def ada(person) -> Person:
    return person("Ada Lindqvist")


@pytest.fixture
def ben(person) -> Person:
    return person("Ben Okafor")


@pytest.fixture
def cleo(person) -> Person:
    return person("Cleo Marchetti")


@pytest.fixture
def picture(app, work) -> Callable[..., UUID]:
    """Upload a private picture on somebody's behalf and process it."""

    def make(owner_id: UUID, *, visibility: str = "private") -> UUID:
        data = io.BytesIO()
        Image.new("RGB", (64, 48), uuid7().int % 0xFFFFFF).save(data, "PNG")
        data.seek(0)
        made = media.import_file(data, owner_id=owner_id, filename="a.png", visibility=visibility)
        work()
        return made

    return make


@pytest.fixture
def streamed(app) -> Callable[..., list[tuple[int, str, Any]]]:
    """Return what a conversation's stream holds: `(seq, name, data)`, in order."""

    def read(conversation: str, family: str = "conversation") -> list[tuple[int, str, Any]]:
        return app.db.rows(
            "SELECT seq, name, data FROM kernel_room_event WHERE room = %s ORDER BY seq",
            (f"{family}:{conversation}",),
        )

    return read
