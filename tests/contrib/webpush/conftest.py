"""A push service of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contrib.webpush.service import PushService


@pytest.fixture(scope="session")
def running_service() -> Iterator[PushService]:
    """The push service of this process; tests take `service`."""
    made = PushService()
    yield made
    made.stop()


@pytest.fixture
def service(running_service: PushService) -> Iterator[PushService]:
    """A push service nobody has subscribed to; what it found fault with fails the test."""
    running_service.behave()
    yield running_service
    assert running_service.faults == []
