"""People who subscribe, and a club that meters and collects."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel import uuid7
from plugins.accounts import api as accounts
from plugins.subscriptions import api

SITE = str(Path(__file__).parent / "site")
URL = "/v1/subscriptions"


@pytest.fixture(autouse=True, scope="session")
def _installed() -> Iterator[None]:
    """Have the plugin `club` installed, as a distribution with an entry point."""
    sys.path.insert(0, SITE)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", SITE, prepend=":")  # for the processes that tests start
        yield
    sys.path.remove(SITE)


@dataclass
class Member:
    """Somebody with an account and a client that is always signed in anew."""

    id: UUID
    email: str
    anonymous: Any

    @property
    def client(self) -> Any:
        return self.anonymous.as_user(self.id)

    def subscribe(self, plan: str = "STANDARD", **more: Any) -> Any:
        return self.client.post(URL, {"plan": plan, **more})

    def subscribed(self, plan: str = "STANDARD", **more: Any) -> dict[str, Any]:
        answer = self.subscribe(plan, **more)
        assert answer.status == 201, answer.text
        return answer.json

    def paying(self, plan: str = "STANDARD", **more: Any) -> dict[str, Any]:
        """Subscribe without a trial and pay; return the subscription."""
        trial = self.subscribed()
        assert self.act(trial, "cancel", {"at_once": True}).status == 200
        made = self.subscribed(plan, **more)
        api.paid(UUID(made["due"]["id"]))
        return self.sees(made)

    def sees(self, made: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.get(f"{URL}/{made['id']}")
        assert answer.status == 200, answer.text
        return answer.json

    def change(self, made: dict[str, Any], plan: str, interval: str = "month") -> Any:
        return self.client.patch(f"{URL}/{made['id']}", {"plan": plan, "interval": interval})

    def act(self, made: dict[str, Any], name: str, body: Any = None) -> Any:
        return self.client.post(f"{URL}/{made['id']}/{name}", body)

    def charges(self, made: dict[str, Any]) -> list[dict[str, Any]]:
        return self.client.get(f"{URL}/{made['id']}/charges").json["items"]

    def plan(self) -> str:
        return self.client.get(f"{URL}/current").json["plan"]


@pytest.fixture
def member(client) -> Callable[[], Member]:
    """Open an account."""

    def make() -> Member:
        email = f"{uuid7().hex}@example.com"
        return Member(accounts.create_user(name="Ada", email=email, verified=True), email, client)

    return make


@pytest.fixture
def ada(member) -> Member:
    return member()


@pytest.fixture
def club(app) -> Iterator[Any]:
    """Return the club's book; it is empty again after the test."""
    module = app.registry.plugin("club").module
    yield module.book
    module.book.__init__()


@pytest.fixture
def until(clock) -> Callable[[str | datetime], None]:
    """Move the clock to a moment: `until("2027-01-31T00:00:00Z")`."""

    def move(moment: str | datetime) -> None:
        to = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        assert to > clock.now()
        clock.advance(to - clock.now() + timedelta(seconds=1))

    return move


@pytest.fixture
def published(app) -> Callable[[], list[str]]:
    """Return the types of the events of subscriptions stored so far, in order."""
    return lambda: [
        wire.removeprefix("subscriptions.").removesuffix(".v1")
        for (wire,) in app.db.rows(
            "SELECT type FROM kernel_event WHERE type LIKE 'subscriptions.%%' ORDER BY position"
        )
    ]
