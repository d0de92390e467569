"""An application that takes the people of a Clerk on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kernel.testing import Client
from tests.contrib.clerk.clerk import Clerk


@pytest.fixture(scope="session")
def running() -> Iterator[Clerk]:
    """The Clerk of this process; tests take `clerk`."""
    made = Clerk()
    yield made
    made.stop()


@pytest.fixture
def clerk(running: Clerk) -> Iterator[Clerk]:
    """A Clerk that behaves until the test tells it otherwise."""
    yield running
    running.behave()


@pytest.fixture
def issuer(clerk: Clerk) -> Clerk:
    """The same, by the name the shared rules know it by."""
    return clerk


@pytest.fixture
def wanted_plugins() -> tuple[str, ...]:
    return ("clerk",)


@pytest.fixture
def wanted_settings(wanted_settings: dict[str, Any], running: Clerk) -> dict[str, Any]:
    """The settings of the test's marks, and those of the Clerk on loopback."""
    return {**wanted_settings, "clerk": {**running.settings, **wanted_settings.get("clerk", {})}}


def asking(client: Client, clerk: Clerk) -> Callable[..., Any]:
    """Return what asks for one's own profile with a session token, whose claims the test may change."""

    def ask(token: str = "", **claims: Any) -> Any:
        return client.with_token(token or clerk.token(client.app.clock.now(), **claims)).get(
            "/v1/auth/profile"
        )

    return ask


@pytest.fixture
def call(client: Client, clerk: Clerk) -> Callable[..., Any]:
    """Ask the application of the test; see `asking`."""
    return asking(client, clerk)
