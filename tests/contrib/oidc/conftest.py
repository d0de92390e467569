"""An application with a provider of its own, and a browser that signs in there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from kernel.testing.client import Client
from tests.contrib.oidc.provider import CLIENT_ID, CLIENT_SECRET, Provider

REDIRECT = "http://127.0.0.1:3000/signed-in"
PASSWORD = "violet-harbour-71"


@pytest.fixture(scope="session")
def running() -> Iterator[Provider]:
    """The provider of this process; tests take `provider`."""
    made = Provider()
    yield made
    made.stop()


@pytest.fixture
def provider(running: Provider) -> Iterator[Provider]:
    """A provider that behaves until the test tells it otherwise."""
    yield running
    running.behave()


@pytest.fixture
def wanted_plugins() -> tuple[str, ...]:
    """The plugin under test; what it requires comes with it."""
    return ("oidc",)


@pytest.fixture
def wanted_settings(wanted_settings: dict[str, Any], running: Provider) -> dict[str, Any]:
    """The settings of the test's marks, and the provider's table."""
    table = {"issuer": running.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return {**wanted_settings, "oidc": {"providers": {"acme": table}}}


@dataclass
class Browser:
    """Begins a sign-in, visits the provider, and comes back."""

    client: Client
    provider: Provider
    name: str = "acme"

    def start(self, client: Client | None = None, **extra: Any) -> dict[str, Any]:
        body = {"redirect_uri": REDIRECT, **extra}
        answer = (client or self.client).post(f"/v1/auth/oidc/{self.name}/authorize", body)
        assert answer.status == 200, answer.text
        return answer.json

    def back(self, started: dict[str, Any]) -> dict[str, str]:
        back = self.provider.visit(started["authorization_url"])
        return {**back, "flow_token": started["flow_token"]}

    def finish(self, body: dict[str, Any], client: Client | None = None, path: str = "callback") -> Any:
        return (client or self.client).post(f"/v1/auth/oidc/{self.name}/{path}", body)

    def sign_in(self) -> Any:
        return self.finish(self.back(self.start()))


@pytest.fixture
def browser(client, provider) -> Browser:
    return Browser(client, provider)


@pytest.fixture
def register(client) -> Callable[..., dict[str, Any]]:
    def call(email: str = "ada@idp.example.com", name: str = "Ada") -> dict[str, Any]:
        return client.post("/v1/auth/register", {"email": email, "password": PASSWORD, "name": name}).json

    return call
