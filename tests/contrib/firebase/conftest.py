"""An application that takes the people of a Firebase project on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kernel.testing import Client
from tests.contrib.firebase.google import Google


@pytest.fixture(scope="session")
def running() -> Iterator[Google]:
    """The issuer of this process; tests take `google`."""
    made = Google()
    yield made
    made.stop()


@pytest.fixture
def google(running: Google) -> Iterator[Google]:
    """An issuer that behaves until the test tells it otherwise."""
    yield running
    running.behave()


@pytest.fixture
def issuer(google: Google) -> Google:
    """The same, by the name the shared rules know it by."""
    return google


@pytest.fixture
def wanted_plugins() -> tuple[str, ...]:
    return ("firebase",)


@pytest.fixture
def wanted_settings(wanted_settings: dict[str, Any], running: Google) -> dict[str, Any]:
    """The settings of the test's marks, and those of the project on loopback."""
    return {**wanted_settings, "firebase": {**running.settings, **wanted_settings.get("firebase", {})}}


def asking(client: Client, google: Google) -> Callable[..., Any]:
    """Return what asks for one's own profile with an ID token, whose claims the test may change."""

    def ask(token: str = "", **claims: Any) -> Any:
        return client.with_token(token or google.token(client.app.clock.now(), **claims)).get(
            "/v1/auth/profile"
        )

    return ask


@pytest.fixture
def call(client: Client, google: Google) -> Callable[..., Any]:
    """Ask the application of the test; see `asking`."""
    return asking(client, google)
