"""People who deal with each other, and the deals they review."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel import uuid7
from plugins.accounts import api as accounts
from plugins.reviews.api import Transaction

SITE = str(Path(__file__).parent / "site")
URL = "/v1/reviews"


@pytest.fixture(autouse=True, scope="session")
def _installed() -> Iterator[None]:
    """Have the plugin `deals` installed, as a distribution with an entry point."""
    sys.path.insert(0, SITE)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", SITE, prepend=":")  # for the processes that tests start
        yield
    sys.path.remove(SITE)


@dataclass
class Person:
    """Somebody with an account and a signed-in client."""

    id: UUID
    email: str
    client: Any

    def sign_in(self) -> None:
        """Get a new token: the clock has moved past the old one's end."""
        self.client = self.client.as_user(self.id)

    def review(self, ref: str, rating: int = 5, **more: Any) -> Any:
        """Try to review a deal; return the answer."""
        return self.client.post(URL, {"ref": ref, "rating": rating, **more})

    def reviewed(self, ref: str, rating: int = 5, **more: Any) -> dict[str, Any]:
        """Review a deal; return the review."""
        answer = self.review(ref, rating, **more)
        assert answer.status == 201, answer.text
        return answer.json

    def act(self, review: dict[str, Any], name: str, body: Any = None) -> Any:
        return self.client.post(f"{URL}/{review['id']}/{name}", body)

    def change(self, review: dict[str, Any], **body: Any) -> Any:
        return self.client.patch(f"{URL}/{review['id']}", body)

    def reputation(self, role: str = "seller") -> dict[str, Any]:
        answer = self.client.get(f"/v1/reputation/{self.id}", query={"role": role})
        assert answer.status == 200, answer.text
        return answer.json


@pytest.fixture
def person(client) -> Callable[..., Person]:
    """Open an account and sign it in: `person("Ada", "reviews_moderator", scope="shop:a")`."""

    def make(name: str = "Ada", *roles: str, scope: str | None = None) -> Person:
        email = f"{uuid7().hex}@example.com"
        user_id = accounts.create_user(name=name, email=email, verified=True)
        return Person(user_id, email, client.as_user(user_id, *roles, scope=scope))

    return make


@pytest.fixture
def ada(person) -> Person:
    """A buyer."""
    return person("Ada")


@pytest.fixture
def ben(person) -> Person:
    """A seller."""
    return person("Ben")


@pytest.fixture
def deal(app, clock) -> Iterator[Callable[..., str]]:
    """Have two people deal: `deal(buyer, seller)`; return the deal's ref."""
    deals = app.registry.plugin("deals").module.deals

    def make(buyer: Person, seller: Person, *, completed: bool | datetime = True, **more: Any) -> str:
        ref = f"deal:{uuid7()}"
        at = clock.now() if completed is True else completed or None
        deals[ref] = Transaction(ref, {"buyer": buyer.id, "seller": seller.id}, at, "Oak chair", **more)
        return ref

    yield make
    deals.clear()


@pytest.fixture
def published(app) -> Callable[[], list[str]]:
    """Return the types of the events of reviews stored so far, in order."""
    return lambda: [
        wire.removeprefix("reviews.").removesuffix(".v1")
        for (wire,) in app.db.rows(
            "SELECT type FROM kernel_event WHERE type LIKE 'reviews.%%' ORDER BY position"
        )
    ]
