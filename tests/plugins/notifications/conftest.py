"""A plugin that declares letters, and what sending one takes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kernel import uuid7
from plugins.notifications.api import send
from plugins.notifications.models import Delivery
from plugins.notifications.ports import EmailProvider, PushProvider, SmsProvider

SITE = str(Path(__file__).parent / "site")


@pytest.fixture(autouse=True, scope="session")
def _installed() -> Iterator[None]:
    """Have the plugin `letters` installed, as a distribution with an entry point."""
    sys.path.insert(0, SITE)
    yield
    sys.path.remove(SITE)


@pytest.fixture
def letters(app) -> Iterator[Any]:
    """Return the module of the plugin; its people are forgotten after the test."""
    module = app.registry.plugin("letters").module
    yield module
    module.people.clear()
    module.gone.clear()


@pytest.fixture
def person(letters) -> Callable[..., UUID]:
    """Make somebody: `person(email="ann@example.com", language="de")`."""

    def make(**values: Any) -> UUID:
        user_id = uuid7()
        known = {"name": "Ann", "email": f"{user_id.hex}@example.com", **values}
        letters.people[user_id] = sys.modules[letters.__name__].Recipient(**known)
        return user_id

    return make


@pytest.fixture
def post(app) -> Callable[..., None]:
    """Send a letter in a transaction: `post(to, "plain", text="…")`."""

    def do(to: Any, type: str = "plain", /, *, key: str | None = None, topic: str = "", **data: Any) -> None:
        with app.db.atomic():
            send(f"letters.{type}", to, {"title": "A letter", "text": "Hello", **data}, key=key, topic=topic)

    return do


@pytest.fixture
def provider(app) -> Callable[[str], Any]:
    """Return a scripted provider by its name."""
    ports = {"pigeon": SmsProvider, "bell": PushProvider}
    return lambda name: app.service(ports.get(name, EmailProvider), name)


@pytest.fixture
def log(app) -> Callable[..., list[Any]]:
    """Return the deliveries, oldest first: `log(state="sent")`."""

    def read(**wanted: Any) -> list[Any]:
        found = Delivery.select().order_by(Delivery.id)
        for name, value in wanted.items():
            found = found.where(getattr(Delivery, name) == value)
        return list(found)

    return read
